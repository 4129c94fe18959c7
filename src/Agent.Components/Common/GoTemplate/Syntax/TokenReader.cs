namespace Agent.Components.Common.GoTemplate.Syntax;

/// <summary>Goes through the tokens of a template. The last, an end or an error, comes again and again.</summary>
internal sealed class TokenReader(string name, string input)
{
    private readonly List<TemplateToken> _tokens = TemplateLexer.Read(input);
    private int _next;
    private int _actionLine;

    /// <summary>All names that follow a dot.</summary>
    public IEnumerable<string> FieldNames =>
        _tokens.Where(static token => token.Kind == TokenKind.Field).Select(static token => token.Text[1..]).Distinct(StringComparer.Ordinal);

    public TemplateToken Next() => _next < _tokens.Count ? _tokens[_next++] : _tokens[^1];

    public TemplateToken Peek() => _tokens[Math.Min(_next, _tokens.Count - 1)];

    public TemplateToken NextNonSpace()
    {
        SkipSpace();
        return Next();
    }

    public TemplateToken PeekNonSpace()
    {
        SkipSpace();
        return Peek();
    }

    /// <summary>Where it stands, for <see cref="Return"/>.</summary>
    public int Mark() => _next;

    public void Return(int mark) => _next = mark;

    /// <summary>Remembers where an action begins: a message about one that spans lines names it.</summary>
    public void StartAction() => _actionLine = LineOf(Peek());

    public void EndAction() => _actionLine = 0;

    public TemplateToken Expect(TokenKind kind, string context)
    {
        TemplateToken token = NextNonSpace();
        return token.Kind == kind ? token : throw Unexpected(token, context);
    }

    public TemplateSyntaxException Unexpected(TemplateToken token, string context)
    {
        if (token.Kind != TokenKind.Error)
        {
            return Error($"unexpected {token} in {context}");
        }
        string extra = "";
        if (_actionLine != 0 && _actionLine != LineOf(token))
        {
            extra = $"{(token.Text.EndsWith(" action", StringComparison.Ordinal) ? "" : " in action")} started at {name}:{_actionLine}";
        }
        return Error(token + extra);
    }

    /// <summary>A message about the token read last, or looked at.</summary>
    public TemplateSyntaxException Error(string message) =>
        new($"template: {name}:{LineOf(_tokens[Math.Clamp(_next - 1, 0, _tokens.Count - 1)])}: {message}");

    private void SkipSpace()
    {
        while (Peek().Kind == TokenKind.Space)
        {
            _next++;
        }
    }

    private int LineOf(TemplateToken token) => 1 + input.AsSpan(0, token.At).Count('\n');
}
