using Agent.Syntax.Values;
using YamlDotNet.Core;
using YamlDotNet.Core.Events;

namespace Agent.Runtime.StandardLibrary.Yaml;

/// <summary>Reads the first document of a YAML text as gopkg.in/yaml.v3 does. Only events are used, so nothing is reflected upon.</summary>
internal sealed class YamlText
{
    private const int MaxDepth = 500;
    private const long MostNodes = 2_000_000;
    private const string MapOfAnyType = "map[interface {}]interface {}";

    private readonly string _text;
    private readonly Parser _parser;
    private readonly Dictionary<string, (Value Value, long Nodes)> _anchors = new(StringComparer.Ordinal);
    private int _depth;
    private int _flow;
    private long _nodes;

    private YamlText(string text, Parser parser)
    {
        _text = text;
        _parser = parser;
    }

    /// <exception cref="FormatException">The text is no YAML, repeats a key, or is too deep or too large once aliases are followed.</exception>
    public static Value Parse(string text)
    {
        var parser = new Parser(new StringReader(text));
        try
        {
            parser.Consume<StreamStart>();
            return parser.TryConsume<DocumentStart>(out _) ? new YamlText(text, parser).ReadNode() : Value.Null;
        }
        catch (YamlException exception)
        {
            throw new FormatException($"yaml: line {exception.Start.Line}: {exception.Message}", exception);
        }
        catch (Exception exception) when (exception is InvalidOperationException or ArgumentException)
        {
            // The library throws these where it lost its place in text that is no YAML, such as a list that is never closed.
            throw new FormatException($"yaml: line {parser.Current?.End.Line ?? 1}: did not find expected node content", exception);
        }
    }

    private Value ReadNode()
    {
        if (++_nodes > MostNodes)
        {
            throw new FormatException("yaml: document contains excessive aliasing");
        }
        if (_parser.TryConsume<AnchorAlias>(out AnchorAlias? alias))
        {
            if (!_anchors.TryGetValue(alias.Value.Value, out (Value Value, long Nodes) anchored))
            {
                throw new FormatException($"yaml: unknown anchor '{alias.Value.Value}' referenced");
            }
            _nodes += anchored.Nodes;
            return anchored.Value;
        }
        if (++_depth > MaxDepth)
        {
            throw new FormatException("yaml: exceeded max depth");
        }
        long before = _nodes;
        NodeEvent start = _parser.Consume<NodeEvent>();
        RejectTab(start.Start.Index);
        bool isFlow = start is SequenceStart { Style: SequenceStyle.Flow } or MappingStart { Style: MappingStyle.Flow };
        _flow += isFlow ? 1 : 0;
        Value value = start switch
        {
            Scalar scalar => ReadScalar(scalar),
            SequenceStart => ReadSequence(),
            _ => ReadMapping(),
        };
        if (!start.Anchor.IsEmpty)
        {
            _anchors[start.Anchor.Value] = (value, _nodes - before);
        }
        _flow -= isFlow ? 1 : 0;
        _depth--;
        return value;
    }

    // The parser here takes tabs for spaces; YAML does not let them indent.
    private void RejectTab(long index)
    {
        int at = (int)index - 1;
        while (at >= 0 && _text[at] is ' ' or '\t')
        {
            at--;
        }
        if (_flow == 0 && (at < 0 || _text[at] == '\n') && _text.AsSpan(at + 1, (int)index - at - 1).Contains('\t'))
        {
            throw new FormatException("yaml: found character that cannot start any token");
        }
    }

    private static Value ReadScalar(Scalar scalar) => YamlScalar.Resolve(scalar.Value, TagOf(scalar));

    private static string TagOf(Scalar scalar)
    {
        if (!scalar.Tag.IsEmpty && !scalar.Tag.IsNonSpecific)
        {
            return scalar.Tag.Value;
        }
        return scalar.Style == ScalarStyle.Plain ? "" : YamlScalar.TextTag;
    }

    private ListValue ReadSequence()
    {
        var items = new List<Value>();
        while (!_parser.TryConsume<SequenceEnd>(out _))
        {
            items.Add(ReadNode());
        }
        return new ListValue(items);
    }

    private Value ReadMapping()
    {
        var entries = new List<KeyValuePair<Value, Value>>();
        var merged = new List<Value>();
        var lines = new Dictionary<Value, long>();
        bool isText = true;
        while (!_parser.TryConsume<MappingEnd>(out _))
        {
            bool isMerge = _parser.Accept<Scalar>(out Scalar? scalar) && scalar.Value == "<<" && TagOf(scalar) is "" or YamlScalar.MergeTag;
            long line = _parser.Current!.Start.Line;
            Value key = ReadNode();
            if (isMerge)
            {
                merged.Add(ReadNode());
                continue;
            }
            if (!lines.TryAdd(key, line))
            {
                string shown = key is StringValue text ? Agent.Syntax.StringLiteral.Quote(text.Text) : key.Kind.Text();
                throw new FormatException($"yaml: unmarshal errors:\n  line {line}: mapping key {shown} already defined at line {lines[key]}");
            }
            isText &= key is StringValue;
            entries.Add(new KeyValuePair<Value, Value>(key, ReadNode()));
        }
        if (!isText)
        {
            // Alloy cannot look into such maps either.
            return new CapsuleValue(entries, MapOfAnyType);
        }
        var fields = new Dictionary<string, Value>(StringComparer.Ordinal);
        foreach ((Value key, Value value) in entries)
        {
            fields[((StringValue)key).Text] = value;
        }
        foreach (Value value in merged)
        {
            Merge(fields, value);
        }
        return new MapValue(fields);
    }

    // Keys that are already there win, and of several merged maps the first.
    private static void Merge(Dictionary<string, Value> into, Value from)
    {
        switch (from)
        {
            case ObjectValue map:
                foreach (string key in map.Keys)
                {
                    into.TryAdd(key, map[key]);
                }
                break;
            case ArrayValue array when array.All(static item => item is ObjectValue):
                foreach (Value item in array)
                {
                    Merge(into, item);
                }
                break;
            default:
                throw new FormatException("yaml: map merge requires map or sequence of maps as the value");
        }
    }
}
