using Agent.Components.Common.JmesPath;
using Agent.Components.Loki.Process.Json;
using Agent.Sdk;
using Agent.Sdk.Declarations;
using Agent.Sdk.Decoding;
using Agent.Sdk.Patterns;

namespace Agent.Components.Loki.Process.Stages;

/// <summary>Extracts values from JSON objects.</summary>
[Stage("json")]
public sealed partial class JsonStage : LogStage
{
    private const int OnStack = 32;
    private readonly StageSource _source;
    private readonly JsonPaths _paths = new();
    private readonly int[] _slots;
    private readonly (JmesExpression Expression, int Slot)[] _expressions;
    private readonly Pattern? _pattern;
    private readonly DropCounter? _malformed;

    private JsonStage(Arguments arguments, StageContext context)
    {
        _source = context.Source(arguments.Source);
        _pattern = arguments.Regex is { Text.Length: > 0 } pattern ? pattern : null;
        _malformed = arguments.DropMalformed ? new DropCounter(context.Metrics, "malformed_json") : null;
        var slots = new List<int>();
        var expressions = new List<(JmesExpression, int)>();
        foreach ((string name, string expression) in arguments.Expressions)
        {
            JmesExpression parsed = JmesExpression.TryParse(TextOf(name, expression), out JmesExpression? valid, out string? error)
                ? valid
                : throw new InvalidOperationException($"BUG: the expression was not validated: {error}");
            if (parsed.FieldPath is { } path)
            {
                _paths.Add(path);
                slots.Add(context.Slot(name));
            }
            else
            {
                expressions.Add((parsed, context.Slot(name)));
            }
        }
        _slots = [.. slots];
        _expressions = [.. expressions];
    }

    public sealed record Arguments : StageArguments, IValidated
    {
        /// <summary>Values to extract, each with its JMESPath expression; without one, the name is the expression.</summary>
        public ValueMap<string> Expressions { get; init; } = ValueMap<string>.Empty;

        /// <summary>Extracts every key of the object that it matches.</summary>
        public Pattern? Regex { get; init; }

        /// <summary>Name of the extracted value to read; the line where it is not set.</summary>
        public string? Source { get; init; }

        /// <summary>Drops entries that are not a JSON object.</summary>
        public bool DropMalformed { get; init; }

        public override LogStage Create(StageContext context) => new JsonStage(this, context);

        public void Validate(ValidationContext context)
        {
            if (Expressions.Count == 0 && Regex is not { Text.Length: > 0 })
            {
                context.Error("json needs expressions or a regex");
            }
            foreach ((string name, string expression) in Expressions)
            {
                if (!JmesExpression.TryParse(TextOf(name, expression), out _, out string? error))
                {
                    context.Error("expressions", $"cannot read the expression of \"{name}\": {error}");
                }
            }
            if (Source is "")
            {
                context.Error("source", "the source must not be empty", "leave it out to read the line");
            }
        }
    }

    public override bool Keep(LogRecord record)
    {
        if (!_source.TryRead(record, out ReadOnlyMemory<byte> json))
        {
            return true;
        }
        Span<Range> found = _paths.Count <= OnStack ? stackalloc Range[OnStack] : new Range[_paths.Count];
        found = found[.._paths.Count];
        if (!_paths.TryFind(json.Span, found))
        {
            _malformed?.Increment();
            return _malformed is null;
        }
        for (int i = 0; i < found.Length; i++)
        {
            // A path that leads nowhere gives null, which counts as a value that is there.
            record.Set(_slots[i], found[i].Equals(default) ? SlotValue.Null : JsonValueReader.Read(json[found[i]], record.Scratch));
        }
        if (_expressions.Length > 0)
        {
            Search(json.Span, record);
        }
        if (_pattern is not null)
        {
            ExtractMatching(json, _pattern, record);
        }
        return true;
    }

    private static string TextOf(string name, string expression) => expression.Length == 0 ? name : expression;

    // For expressions that are more than a path the whole document is read. One that fails leaves its value as it was.
    private void Search(ReadOnlySpan<byte> json, LogRecord record)
    {
        if (!JmesJson.TryRead(json, out JmesValue document, out _))
        {
            return;
        }
        foreach ((JmesExpression expression, int slot) in _expressions)
        {
            if (expression.TrySearch(document, out JmesValue result, out _))
            {
                record.Set(slot, JsonValueReader.Read(result, record.Scratch));
            }
        }
    }

    // The text is a valid object by now, or null.
    private static void ExtractMatching(ReadOnlyMemory<byte> json, Pattern pattern, LogRecord record)
    {
        var scanner = new JsonScanner(json.Span);
        bool first = true;
        if (!scanner.TryTake((byte)'{'))
        {
            return;
        }
        while (scanner.TryNextMember(ref first, out ReadOnlySpan<byte> key, out bool isEscaped, out bool done) && !done)
        {
            ReadOnlySpan<byte> name = isEscaped ? JsonText.Unescape(key, record.Scratch).Span : key;
            scanner.Peek();
            int start = scanner.Position;
            if (scanner.TrySkipValue() && pattern.IsMatch(name))
            {
                record.Set(name, JsonValueReader.Read(json[start..scanner.Position], record.Scratch));
            }
        }
    }
}
