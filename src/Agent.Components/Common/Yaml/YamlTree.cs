using YamlDotNet.Core;
using YamlDotNet.Core.Events;

namespace Agent.Components.Common.Yaml;

/// <summary>The first document of a YAML text, with all scalars as text: one of text, items or fields.</summary>
internal sealed record YamlTree(long Line)
{
    private const int MaxDepth = 100;
    private const int MostNodes = 2_000_000;

    public string? Text { get; private init; }

    public List<YamlTree>? Items { get; private init; }

    public Dictionary<string, YamlTree>? Fields { get; private init; }

    /// <summary>Nothing was written, or <c>null</c>.</summary>
    public bool IsNull { get; private init; }

    /// <summary>Text without quotes and without a tag: it may stand for a number or a truth value.</summary>
    public bool IsPlain { get; private init; }

    /// <summary>Text that stands for bytes, in base64: tagged <c>!!binary</c>.</summary>
    public bool IsBinary { get; private init; }

    /// <summary>The line of the key that this is the value of; 0 where there is none.</summary>
    public long KeyLine { get; private init; }

    /// <summary>Null where the text holds no document.</summary>
    /// <exception cref="YamlException">The text is no YAML, repeats a key, or is too deep or too large.</exception>
    public static YamlTree? Parse(string text)
    {
        var parser = new Parser(new StringReader(text));
        try
        {
            parser.Consume<StreamStart>();
            return parser.TryConsume<DocumentStart>(out _) ? new Reader(parser).Read(0) : null;
        }
        catch (Exception exception) when (IsLost(exception))
        {
            Mark at = parser.Current?.End ?? Mark.Empty;
            throw new YamlException(at, at, "the text is no YAML", exception);
        }
    }

    /// <summary>True of what the parser throws where it has lost its place in text that is no YAML, such as a list that is never closed.</summary>
    public static bool IsLost(Exception exception) => exception is InvalidOperationException or ArgumentException;

    private sealed class Reader(Parser parser)
    {
        private readonly Dictionary<string, YamlTree> _anchors = new(StringComparer.Ordinal);
        private int _nodes;

        public YamlTree Read(int depth)
        {
            Mark at = parser.Current?.Start ?? Mark.Empty;
            if (++_nodes > MostNodes || depth > MaxDepth)
            {
                throw new YamlException(at, at, "the document is too large or too deep");
            }
            if (parser.TryConsume<AnchorAlias>(out AnchorAlias? alias))
            {
                return _anchors.TryGetValue(alias.Value.Value, out YamlTree? anchored)
                    ? anchored
                    : throw new YamlException(alias.Start, alias.End, $"unknown anchor '{alias.Value.Value}'");
            }
            NodeEvent start = parser.Consume<NodeEvent>();
            YamlTree tree = start switch
            {
                Scalar scalar => ReadScalar(scalar),
                SequenceStart => new YamlTree(start.Start.Line) { Items = ReadItems(depth) },
                _ => new YamlTree(start.Start.Line) { Fields = ReadFields(depth) },
            };
            if (!start.Anchor.IsEmpty)
            {
                _anchors[start.Anchor.Value] = tree;
            }
            return tree;
        }

        private static YamlTree ReadScalar(Scalar scalar)
        {
            bool isNull = scalar is { Style: ScalarStyle.Plain, Tag.IsEmpty: true, Value: "" or "~" or "null" or "Null" or "NULL" };
            return new YamlTree(scalar.Start.Line)
            {
                Text = isNull ? "" : scalar.Value,
                IsNull = isNull,
                IsPlain = scalar is { Style: ScalarStyle.Plain, Tag.IsEmpty: true },
                IsBinary = !scalar.Tag.IsEmpty && scalar.Tag.Value == "tag:yaml.org,2002:binary",
            };
        }

        private List<YamlTree> ReadItems(int depth)
        {
            var items = new List<YamlTree>();
            while (!parser.TryConsume<SequenceEnd>(out _))
            {
                items.Add(Read(depth + 1));
            }
            return items;
        }

        private Dictionary<string, YamlTree> ReadFields(int depth)
        {
            var fields = new Dictionary<string, YamlTree>(StringComparer.Ordinal);
            var merged = new List<YamlTree>();
            while (!parser.TryConsume<MappingEnd>(out _))
            {
                Mark at = parser.Current!.Start;
                string key = Read(depth + 1).Text ?? throw new YamlException(at, at, "a key is not a string");
                YamlTree value = Read(depth + 1);
                if (key == "<<")
                {
                    merged.AddRange(value.Items ?? [value]);
                }
                else if (!fields.TryAdd(key, value with { KeyLine = at.Line }))
                {
                    throw new YamlException(at, at, $"the key \"{key}\" is already there");
                }
            }
            // Keys that are already there win, and of several merged maps the first.
            foreach (KeyValuePair<string, YamlTree> field in merged.SelectMany(static map => map.Fields ?? []))
            {
                fields.TryAdd(field.Key, field.Value);
            }
            return fields;
        }
    }
}
