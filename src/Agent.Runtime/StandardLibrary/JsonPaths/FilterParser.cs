using System.Globalization;
using Agent.Sdk.Patterns;
using Agent.Syntax.Values;

namespace Agent.Runtime.StandardLibrary.JsonPaths;

/// <summary>Reads the conditions of filters.</summary>
internal sealed class FilterParser(JsonPathParser text)
{
    private const int MaxDepth = 200;
    private const int LoosestPrecedence = 4;

    // Longer names before their own beginnings; a lower number binds tighter.
    private static readonly (string Name, int Precedence)[] Operators =
    [
        ("==", 3), ("!=", 3), ("<=", 3), (">=", 3), ("=~", 3), ("~=", 3), ("||", 4), ("&&", 4), ("<", 3), (">", 3),
        ("+", 2), ("-", 2), ("*", 1), ("/", 1), ("in", 3), ("empty", 3), ("has", 3), ("exists", 3),
    ];

    private int _depth;

    /// <summary>The condition behind <c>[?</c>, up to and including the closing bracket.</summary>
    public FilterNode ReadFilter()
    {
        FilterNode condition = Ungrouped(Read(LoosestPrecedence));
        return text.TakeAfterSpace() == ']' ? condition : throw text.Error("not terminated");
    }

    private FilterNode Read(int loosest)
    {
        if (++_depth > MaxDepth)
        {
            throw text.Error("nested too deep");
        }
        FilterNode left = ReadOperand();
        while (PeekOperator() is { } op && op.Precedence <= loosest)
        {
            text.At += op.Name.Length;
            left = new OperatorNode(op.Name, left, Read(op.Precedence - 1));
        }
        _depth--;
        return left;
    }

    private (string Name, int Precedence)? PeekOperator()
    {
        if (text.PeekAfterSpace() is '\0' or ',' or ')' or ']')
        {
            return null;
        }
        foreach ((string name, int precedence) in Operators)
        {
            if (string.CompareOrdinal(text.Text, text.At, name, 0, name.Length) == 0)
            {
                return (name, precedence);
            }
        }
        throw text.Error("expected an operation");
    }

    private FilterNode ReadOperand()
    {
        char next = text.PeekAfterSpace();
        switch (next)
        {
            case '@' or '$':
                return new PathNode(text.ReadPath());
            case '!':
                text.At++;
                // It takes all that follows as its operand, as in ojg.
                return new FunctionNode("!", Read(LoosestPrecedence), null);
            case '(':
                text.At++;
                FilterNode inner = Read(LoosestPrecedence);
                return text.TakeAfterSpace() == ')' ? Grouped(inner) : throw text.Error("not terminated");
            case '\'' or '"':
                text.At++;
                return new ConstantNode(Value.Of(text.ReadQuoted(next)));
            case '[':
                return new ConstantNode(ReadList());
            case '/':
                return ReadPattern();
            case '-' or (>= '0' and <= '9'):
                return new ConstantNode(ReadNumber());
            default:
                return ReadWord();
        }
    }

    private static FilterNode Grouped(FilterNode inner) => inner is OperatorNode or FunctionNode ? inner : new GroupNode(inner);

    private static FilterNode Ungrouped(FilterNode node) => node is GroupNode group ? Ungrouped(group.Inner) : node;

    private ListValue ReadList()
    {
        var items = new List<Value>();
        text.At++;
        while (true)
        {
            items.Add(ReadOperand() is ConstantNode { Value: { } item } ? item : throw text.Error("expected a constant"));
            switch (text.TakeAfterSpace())
            {
                case ',':
                    break;
                case ']':
                    return new ListValue(items);
                default:
                    throw text.Error("expected a comma or an array close");
            }
        }
    }

    private PatternNode ReadPattern()
    {
        int start = ++text.At;
        while (text.At < text.Text.Length && text.Text[text.At] != '/')
        {
            text.At += text.Text[text.At] == '\\' ? 2 : 1;
        }
        if (text.At >= text.Text.Length)
        {
            throw text.Error("not terminated");
        }
        return new PatternNode(Pattern.Parse(text.Text[start..text.At++]));
    }

    private NumberValue ReadNumber()
    {
        int start = text.At++;
        while (text.At < text.Text.Length && (char.IsAsciiDigit(text.Text[text.At]) || text.Text[text.At] is '.' or 'e' or 'E'
            || (text.Text[text.At] is '+' or '-' && text.Text[text.At - 1] is 'e' or 'E')))
        {
            text.At++;
        }
        ReadOnlySpan<char> literal = text.Text.AsSpan(start, text.At - start);
        if (long.TryParse(literal, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out long integer))
        {
            return new NumberValue(integer);
        }
        return double.TryParse(literal, NumberStyles.Float, CultureInfo.InvariantCulture, out double real)
            ? new NumberValue(real)
            : throw text.Error("expected a number");
    }

    private FilterNode ReadWord()
    {
        int start = text.At;
        while (text.At < text.Text.Length && char.IsAsciiLetter(text.Text[text.At]))
        {
            text.At++;
        }
        string word = text.Text[start..text.At];
        switch (word)
        {
            case "true": return new ConstantNode(Value.True);
            case "false": return new ConstantNode(Value.False);
            case "null": return new ConstantNode(Value.Null);
            case "Nothing": return new ConstantNode(null);
            case "length" or "count" or "match" or "search" when text.At < text.Text.Length && text.Text[text.At] == '(':
                return ReadCall(word);
            default:
                text.At = start;
                throw text.Error($"'{word}' is not a value or function");
        }
    }

    private FunctionNode ReadCall(string name)
    {
        text.At++;
        FilterNode left = Read(LoosestPrecedence);
        FilterNode? right = null;
        if (text.PeekAfterSpace() == ',')
        {
            text.At++;
            right = Read(LoosestPrecedence);
        }
        return text.TakeAfterSpace() == ')' ? new FunctionNode(name, left, right) : throw text.Error("not terminated");
    }
}
