namespace Agent.Components.Common.JmesPath;

/// <summary>A precedence parser: each operator binds its sides with a strength, and projections reach right until a weaker one.</summary>
internal sealed class JmesParser(IReadOnlyList<JmesToken> tokens)
{
    private const int PipeStrength = 1;
    private const int CompareStrength = 5;
    private const int FlattenStrength = 9;

    // What binds less than this ends a projection.
    private const int ProjectionStop = 10;
    private const int StarStrength = 20;
    private const int FilterStrength = 21;
    private const int DotStrength = 40;
    private const int NotStrength = 45;
    private const int MaxDepth = 500;

    private int _at;
    private int _depth;

    private JmesToken Now => tokens[_at];

    private JmesToken Ahead => tokens[Math.Min(_at + 1, tokens.Count - 1)];

    public static JmesNode Parse(string text)
    {
        var parser = new JmesParser(new JmesLexer(text).Read());
        JmesNode node = parser.Expression(0);
        return parser.Now.Kind == JmesTokenKind.End
            ? node
            : throw new JmesException($"SyntaxError: Unexpected token at the end of the expression: {parser.Now.Text}");
    }

    private static int Strength(JmesToken token) => token.Kind != JmesTokenKind.Symbol ? 0 : token.Text switch
    {
        "|" => PipeStrength,
        "||" => 2,
        "&&" => 3,
        "==" or "!=" or "<" or "<=" or ">" or ">=" => CompareStrength,
        "+" or "-" => 6,
        "*" or "\u00d7" or "/" or "//" or "%" => 7,
        "[]" => FlattenStrength,
        "[?" => FilterStrength,
        "." => DotStrength,
        "[" => 55,
        "(" => 60,
        _ => 0,
    };

    private JmesNode Expression(int strength)
    {
        if (++_depth > MaxDepth)
        {
            throw new JmesException("SyntaxError: Expression nests too deeply");
        }
        JmesNode left = First();
        while (strength < Strength(Now))
        {
            left = Next(left);
        }
        _depth--;
        return left;
    }

    private JmesNode First()
    {
        JmesToken token = Now;
        _at++;
        switch (token.Kind)
        {
            case JmesTokenKind.Literal:
                return new LiteralNode(token.Value);
            case JmesTokenKind.Name:
                return token.Text == "let" && Now.Kind == JmesTokenKind.Variable ? Let()
                    : Now.Is("(") ? Call(token.Text)
                    : new FieldNode(token.Text);
            case JmesTokenKind.QuotedName:
                return Now.Is("(") ? throw new JmesException("Can't have quoted identifier as function name.") : new FieldNode(token.Text);
            case JmesTokenKind.Variable:
                return new VariableNode(token.Text);
            case JmesTokenKind.Symbol:
                return FirstSymbol(token);
            default:
                throw Unexpected(token);
        }
    }

    private JmesNode FirstSymbol(JmesToken token)
    {
        switch (token.Text)
        {
            case "@":
                return CurrentNode.Instance;
            case "$":
                return new RootNode();
            case "*":
                return new ValueProjectionNode(CurrentNode.Instance, Now.Is("]") ? CurrentNode.Instance : ProjectionRight(StarStrength));
            case "[?":
                return Filter(CurrentNode.Instance);
            case "[]":
                return new ListProjectionNode(new FlattenNode(CurrentNode.Instance), ProjectionRight(FlattenStrength));
            case "[":
                return Brackets();
            case "{":
                return Hash();
            case "&":
                return new ReferenceNode(Expression(0));
            case "!":
                return new NotNode(Expression(NotStrength));
            case "-":
                return new BinaryNode("-", new LiteralNode(JmesValue.Of(0.0)), Expression(NotStrength));
            case "+":
                return new BinaryNode("+", new LiteralNode(JmesValue.Of(0.0)), Expression(NotStrength));
            case "(":
                JmesNode inner = Expression(0);
                Expect(")");
                return inner;
            default:
                throw Unexpected(token);
        }
    }

    private JmesNode Next(JmesNode left)
    {
        JmesToken token = Now;
        int strength = Strength(token);
        _at++;
        switch (token.Text)
        {
            case ".":
                if (!Now.Is("*"))
                {
                    return new ThenNode(left, DotRight(DotStrength));
                }
                _at++;
                return new ValueProjectionNode(left, ProjectionRight(DotStrength));
            case "|":
                return new ThenNode(left, Expression(strength));
            case "||":
            case "&&":
                return new LogicNode(token.Text == "&&", left, Expression(strength));
            case "[]":
                return new ListProjectionNode(new FlattenNode(left), ProjectionRight(FlattenStrength));
            case "[?":
                return Filter(left);
            case "[":
                if (Now.Kind == JmesTokenKind.Number || Now.Is(":"))
                {
                    return Index(left);
                }
                Expect("*");
                Expect("]");
                return new ListProjectionNode(left, ProjectionRight(StarStrength));
            case "(":
                throw Unexpected(token);
            default:
                return new BinaryNode(token.Text, left, Expression(strength));
        }
    }

    private JmesNode Brackets()
    {
        if (Now.Kind == JmesTokenKind.Number || Now.Is(":"))
        {
            return Index(CurrentNode.Instance);
        }
        if (Now.Is("*") && Ahead.Is("]"))
        {
            _at += 2;
            return new ListProjectionNode(CurrentNode.Instance, ProjectionRight(StarStrength));
        }
        return List();
    }

    private ListNode List()
    {
        var items = new List<JmesNode>();
        do
        {
            items.Add(Expression(0));
        }
        while (TakeComma());
        Expect("]");
        return new ListNode(items);
    }

    private HashNode Hash()
    {
        var fields = new List<(string, JmesNode)>();
        do
        {
            JmesToken name = Now;
            if (name.Kind is not (JmesTokenKind.Name or JmesTokenKind.QuotedName))
            {
                throw Unexpected(name);
            }
            _at++;
            Expect(":");
            fields.Add((name.Text, Expression(0)));
        }
        while (TakeComma());
        Expect("}");
        return new HashNode(fields);
    }

    private JmesNode Index(JmesNode left)
    {
        var parts = new int?[3];
        int part = 0;
        while (!Now.Is("]"))
        {
            if (Now.Is(":") && part < 2)
            {
                part++;
            }
            else if (Now.Kind == JmesTokenKind.Number && parts[part] is null)
            {
                double value = Now.Value.AsNumber;
                parts[part] = value is >= int.MinValue and <= int.MaxValue
                    ? (int)value
                    : throw new JmesException($"SyntaxError: Invalid index: {Now.Text}");
            }
            else
            {
                throw Unexpected(Now);
            }
            _at++;
        }
        _at++;
        return part == 0
            ? new ThenNode(left, new IndexNode(parts[0]!.Value))
            : new ListProjectionNode(new ThenNode(left, new SliceNode(parts[0], parts[1], parts[2])), ProjectionRight(StarStrength));
    }

    private FilterProjectionNode Filter(JmesNode left)
    {
        JmesNode condition = Expression(0);
        Expect("]");
        JmesNode right = Now.Is("[]") ? CurrentNode.Instance : ProjectionRight(FilterStrength);
        return new FilterProjectionNode(left, right, condition);
    }

    private JmesNode ProjectionRight(int strength)
    {
        if (Strength(Now) < ProjectionStop)
        {
            return CurrentNode.Instance;
        }
        if (Now.Is("[") || Now.Is("[?"))
        {
            return Expression(strength);
        }
        Expect(".");
        return DotRight(strength);
    }

    private JmesNode DotRight(int strength)
    {
        if (Now.Kind is JmesTokenKind.Name or JmesTokenKind.QuotedName || Now.Is("*"))
        {
            return Expression(strength);
        }
        if (Now.Is("["))
        {
            _at++;
            return List();
        }
        if (Now.Is("{"))
        {
            _at++;
            return Hash();
        }
        throw new JmesException("SyntaxError: Expected identifier, lbracket, or lbrace");
    }

    private CallNode Call(string name)
    {
        _at++;
        var arguments = new List<JmesNode>();
        if (!Now.Is(")"))
        {
            do
            {
                arguments.Add(Expression(0));
            }
            while (TakeComma());
        }
        Expect(")");
        return new CallNode(name, arguments);
    }

    private LetNode Let()
    {
        var bindings = new List<(string, JmesNode)>();
        do
        {
            JmesToken variable = Now;
            if (variable.Kind != JmesTokenKind.Variable)
            {
                throw Unexpected(variable);
            }
            _at++;
            Expect("=");
            bindings.Add((variable.Text, Expression(0)));
        }
        while (TakeComma());
        if (Now is not { Kind: JmesTokenKind.Name, Text: "in" })
        {
            throw Unexpected(Now);
        }
        _at++;
        return new LetNode(bindings, Expression(0));
    }

    private bool TakeComma()
    {
        bool found = Now.Is(",");
        _at += found ? 1 : 0;
        return found;
    }

    private void Expect(string symbol)
    {
        if (!Now.Is(symbol))
        {
            throw new JmesException($"SyntaxError: Expected {symbol}, received: {Now.Text}");
        }
        _at++;
    }

    private static JmesException Unexpected(JmesToken token) =>
        new(token.Kind == JmesTokenKind.End ? "SyntaxError: Incomplete expression" : $"SyntaxError: Invalid token: {token.Text}");
}
