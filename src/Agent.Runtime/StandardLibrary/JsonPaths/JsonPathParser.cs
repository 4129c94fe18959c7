using System.Globalization;
using System.Text;
using Agent.Syntax.Values;

namespace Agent.Runtime.StandardLibrary.JsonPaths;

/// <summary>Reads paths.</summary>
internal sealed class JsonPathParser
{
    private const string NotTerminated = "not terminated";

    public JsonPathParser(string text) => Text = text;

    public string Text { get; }

    public int At { get; set; }

    /// <exception cref="FormatException">The text is no path.</exception>
    public static JsonPath Parse(string text)
    {
        var parser = new JsonPathParser(text);
        JsonPath path = parser.ReadPath();
        return parser.At == text.Length ? path : throw parser.Error("parse error");
    }

    /// <summary>Reads as much as is a path.</summary>
    public JsonPath ReadPath()
    {
        var fragments = new List<PathFragment>();
        while (At < Text.Length && ReadFragment(fragments.Count == 0, fragments.LastOrDefault() is DescentFragment) is { } fragment)
        {
            fragments.Add(fragment);
        }
        return new JsonPath(fragments);
    }

    /// <summary>The next character other than a space, taken; NUL at the end.</summary>
    public char TakeAfterSpace()
    {
        char next = PeekAfterSpace();
        At = Math.Min(At + 1, Text.Length + 1);
        return next;
    }

    public char PeekAfterSpace()
    {
        while (At < Text.Length && Text[At] == ' ')
        {
            At++;
        }
        return At < Text.Length ? Text[At] : '\0';
    }

    /// <summary>The rest of a quoted string; the opening quote is already taken.</summary>
    public string ReadQuoted(char quote)
    {
        var text = new StringBuilder();
        while (At < Text.Length)
        {
            char next = Text[At++];
            if (next == quote)
            {
                return text.ToString();
            }
            text.Append(next == '\\' ? ReadEscape() : next);
        }
        throw Error(NotTerminated);
    }

    public FormatException Error(string message) => new($"{message} at {Math.Min(At, Text.Length) + 1} in {Text}");

    private PathFragment? ReadFragment(bool isFirst, bool afterDescent)
    {
        switch (Text[At])
        {
            case '$' when isFirst:
                At++;
                return new RootFragment();
            case '@' when isFirst:
                At++;
                return new CurrentFragment();
            case '.':
                At++;
                return ReadAfterDot();
            case '*':
                At++;
                return new WildcardFragment();
            case '[':
                At++;
                return ReadBracket();
            case var next when (isFirst || afterDescent) && IsNameCharacter(next):
                return ReadName();
            default:
                return null;
        }
    }

    private PathFragment ReadAfterDot()
    {
        if (At >= Text.Length)
        {
            throw Error(NotTerminated);
        }
        switch (Text[At])
        {
            case '*':
                At++;
                return new WildcardFragment();
            case '.':
                At++;
                return new DescentFragment();
            case var next when !IsNameCharacter(next):
                throw Error($"an expression fragment can not start with a '{next}'");
            default:
                return ReadName();
        }
    }

    private MembersFragment ReadName()
    {
        int start = At;
        while (At < Text.Length && IsNameCharacter(Text[At]))
        {
            At++;
        }
        return new MembersFragment([Value.Of(Text[start..At])]);
    }

    private PathFragment ReadBracket()
    {
        char next = TakeAfterSpace();
        switch (next)
        {
            case '*':
                return TakeAfterSpace() == ']' ? new WildcardFragment() : throw Error(NotTerminated);
            case ':':
                return ReadSlice(0);
            case '?':
                return new FilterFragment(new FilterParser(this).ReadFilter());
            case '\'' or '"' or '-' or (>= '0' and <= '9'):
                return ReadMembers(next);
            case '\0':
                throw Error(NotTerminated);
            default:
                At--;
                throw Error("parse error");
        }
    }

    private PathFragment ReadMembers(char next)
    {
        var members = new List<Value>();
        while (true)
        {
            members.Add(next is '\'' or '"' ? Value.Of(ReadQuoted(next)) : Value.Of(ReadInteger(next)));
            next = TakeAfterSpace();
            switch (next)
            {
                case ']':
                    return new MembersFragment(members);
                case ':' when members is [NumberValue start]:
                    return ReadSlice(start.AsInt64);
                case ',':
                    next = TakeAfterSpace();
                    break;
                default:
                    throw Error(next == '\0' ? NotTerminated : "invalid bracket fragment");
            }
            if (next is not ('\'' or '"' or '-') && !char.IsAsciiDigit(next))
            {
                throw Error("invalid union syntax");
            }
        }
    }

    private SliceFragment ReadSlice(long start)
    {
        long end = SliceFragment.ToEnd;
        long step = 1;
        char next = TakeAfterSpace();
        if (next is not (':' or ']'))
        {
            end = ReadInteger(next);
            next = TakeAfterSpace();
        }
        if (next == ':')
        {
            next = TakeAfterSpace();
            if (next != ']')
            {
                step = ReadInteger(next);
                next = TakeAfterSpace();
            }
        }
        return next == ']' ? new SliceFragment(start, end, step) : throw Error("invalid slice syntax");
    }

    /// <summary>An integer whose first character is already taken.</summary>
    private long ReadInteger(char first)
    {
        int start = At - 1;
        while (At < Text.Length && char.IsAsciiDigit(Text[At]))
        {
            At++;
        }
        return (first == '-' || char.IsAsciiDigit(first))
            && int.TryParse(Text.AsSpan(start, At - start), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out int number)
            ? number
            : throw Error("expected a number");
    }

    private char ReadEscape()
    {
        char kind = At < Text.Length ? Text[At++] : '\0';
        int digits = kind switch { 'x' => 2, 'u' or 'U' => 4, _ => 0 };
        if (digits > 0)
        {
            At += digits;
            return At <= Text.Length && ushort.TryParse(Text.AsSpan(At - digits, digits), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out ushort code)
                ? (char)code
                : throw Error("invalid escape");
        }
        return kind switch
        {
            'b' => '\b',
            't' => '\t',
            'n' => '\n',
            'f' => '\f',
            'r' => '\r',
            '"' or '\'' or '\\' => kind,
            _ => throw Error($"'{kind}' is not a valid escaped character"),
        };
    }

    // A hyphen is no part of a bare name; such names go into brackets.
    private static bool IsNameCharacter(char c) =>
        char.IsAsciiLetterOrDigit(c) || c >= 0x80 || c is '#' or '%' or ';' or '?' or '^' or '_' or '{' or '|' or '}' or '~';
}
