namespace Agent.Components.Common.GoTemplate.Syntax;

/// <summary>Cuts a template, given as bytes in chars, into tokens. After an error or the end nothing follows.</summary>
internal sealed class TemplateLexer
{
    private const string Left = "{{";
    private const string CommentStart = "/*";
    private const string CommentEnd = "*/";

    private readonly TemplateCursor _cursor;
    private readonly ActionLexer _action;

    private TemplateLexer(string input)
    {
        _cursor = new TemplateCursor(input);
        _action = new ActionLexer(_cursor);
    }

    private string Input => _cursor.Input;

    public static List<TemplateToken> Read(string input)
    {
        var lexer = new TemplateLexer(input);
        while (lexer.Text() && lexer.Action())
        {
        }
        return lexer._cursor.Tokens;
    }

    /// <summary>Takes text up to an action; false at the end.</summary>
    private bool Text()
    {
        int start = _cursor.At;
        int found = Input.IndexOf(Left, _cursor.At, StringComparison.Ordinal);
        int end = found < 0 ? Input.Length : found;
        ReadOnlySpan<char> text = Input.AsSpan(start, end - start);
        if (found >= 0 && TrimsLeft(found + Left.Length))
        {
            text = text.TrimEnd(TemplateCursor.White);
        }
        if (text.Length > 0)
        {
            _cursor.Tokens.Add(new TemplateToken(TokenKind.Text, text.ToString(), start));
        }
        _cursor.At = end;
        if (found < 0)
        {
            _cursor.Tokens.Add(new TemplateToken(TokenKind.End, "", _cursor.At));
            return false;
        }
        return true;
    }

    private bool TrimsLeft(int at) => at + 1 < Input.Length && Input[at] == '-' && TemplateCursor.White.Contains(Input[at + 1]);

    /// <summary>Takes an action or a comment; false after an error.</summary>
    private bool Action()
    {
        int start = _cursor.At;
        int after = _cursor.At + Left.Length;
        after += TrimsLeft(after) ? TemplateCursor.TrimLength : 0;
        if (Input.AsSpan(after).StartsWith(CommentStart))
        {
            _cursor.At = after;
            return Comment();
        }
        _cursor.Tokens.Add(new TemplateToken(TokenKind.LeftDelimiter, Left, start));
        _cursor.At = after;
        _action.Begin();
        while (true)
        {
            if (_cursor.AtRightDelimiter(out bool trims))
            {
                return _action.IsOpen ? _cursor.Fail("unclosed left paren") : EndAction(trims);
            }
            if (!_action.Next())
            {
                return false;
            }
        }
    }

    private bool Comment()
    {
        int end = Input.IndexOf(CommentEnd, _cursor.At + CommentStart.Length, StringComparison.Ordinal);
        if (end < 0)
        {
            return _cursor.Fail("unclosed comment");
        }
        _cursor.At = end + CommentEnd.Length;
        if (!_cursor.AtRightDelimiter(out bool trims))
        {
            return _cursor.Fail("comment ends before closing delimiter");
        }
        SkipRightDelimiter(trims);
        return true;
    }

    private bool EndAction(bool trims)
    {
        _cursor.Tokens.Add(new TemplateToken(TokenKind.RightDelimiter, TemplateCursor.Right, _cursor.At + (trims ? TemplateCursor.TrimLength : 0)));
        SkipRightDelimiter(trims);
        return true;
    }

    private void SkipRightDelimiter(bool trims)
    {
        _cursor.At += TemplateCursor.Right.Length + (trims ? TemplateCursor.TrimLength : 0);
        while (trims && _cursor.IsAtWhite)
        {
            _cursor.At++;
        }
    }
}
