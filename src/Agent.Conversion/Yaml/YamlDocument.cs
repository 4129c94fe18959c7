using System.Text;
using YamlDotNet.Core;
using YamlDotNet.Core.Events;

namespace Agent.Conversion.Yaml;

/// <summary>Reads the first document of a YAML text.</summary>
internal sealed class YamlDocument
{
    private const int MaxDepth = 100;
    private const long MostNodes = 1_000_000;

    private static readonly UTF8Encoding Strict = new(false, throwOnInvalidBytes: true);

    private readonly Dictionary<string, YamlNode> _anchors = new(StringComparer.Ordinal);
    private readonly Stack<int> _open = new();
    private readonly Parser _parser;
    private long _nodes;

    private YamlDocument(Parser parser) => _parser = parser;

    /// <summary>The root, a null node where there is no document; or null and what is wrong.</summary>
    public static (YamlNode? Root, string? Error) Read(ReadOnlySpan<byte> utf8)
    {
        ReadOnlySpan<byte> bytes = utf8.StartsWith((ReadOnlySpan<byte>)[0xEF, 0xBB, 0xBF]) ? utf8[3..] : utf8;
        string text;
        try
        {
            text = Strict.GetString(bytes);
        }
        catch (DecoderFallbackException exception)
        {
            int line = bytes[..exception.Index].Count((byte)'\n') + 1;
            return (null, $"yaml: line {line}: invalid leading UTF-8 octet");
        }
        var document = new YamlDocument(new Parser(new StringReader(text)));
        try
        {
            YamlNode root = document.ReadRoot();
            return root.Size > MostNodes ? (null, "yaml: document contains excessive aliasing") : (root, null);
        }
        catch (YamlException exception)
        {
            return (null, document.Describe(exception));
        }
        catch (Exception exception) when (exception is InvalidOperationException or ArgumentException or FormatException or OverflowException)
        {
            // The library throws these where it lost its place in text that is no YAML, such as a list that is never closed.
            return (null, $"yaml: line {document._parser.Current?.End.Line ?? 1}: could not find expected ':' or ','");
        }
    }

    private YamlNode ReadRoot()
    {
        _parser.Consume<StreamStart>();
        return _parser.TryConsume<DocumentStart>(out _) ? ReadNode() : new YamlNode { Line = 1, Size = 1, Kind = YamlKind.Null };
    }

    // Where a block cannot go on, Go's parser names the line above the block, not the one of the offending text.
    private string Describe(YamlException exception)
    {
        string text = exception.Message;
        int cause = text.StartsWith("While ", StringComparison.Ordinal) ? text.IndexOf(", ", StringComparison.Ordinal) + 2 : 0;
        text = text[cause..].TrimEnd('.');
        text = text.Length > 0 ? char.ToLowerInvariant(text[0]) + text[1..] : "invalid YAML";
        bool inBlock = exception is SemanticErrorException && cause > 2 && _open.TryPeek(out int opened) && opened > 1;
        long line = inBlock ? _open.Peek() - 1 : exception.Start.Line;
        return $"yaml: line {line}: {text}";
    }

    private YamlNode ReadNode()
    {
        Mark at = _parser.Current?.Start ?? Mark.Empty;
        if (++_nodes > MostNodes || _open.Count > MaxDepth)
        {
            throw new YamlException(at, at, "the document is too large or too deep");
        }
        if (_parser.TryConsume<AnchorAlias>(out AnchorAlias? alias))
        {
            return _anchors.TryGetValue(alias.Value.Value, out YamlNode? anchored)
                ? anchored
                : throw new YamlException(alias.Start, alias.End, $"unknown anchor '{alias.Value.Value}' referenced");
        }
        NodeEvent start = _parser.Consume<NodeEvent>();
        YamlNode node = start switch
        {
            Scalar scalar => ReadScalar(scalar),
            SequenceStart => ReadList((int)start.Start.Line),
            _ => ReadMap((int)start.Start.Line),
        };
        if (!start.Anchor.IsEmpty)
        {
            _anchors[start.Anchor.Value] = node;
        }
        return node;
    }

    private static YamlNode ReadScalar(Scalar scalar) => new()
    {
        Line = (int)scalar.Start.Line,
        Size = 1,
        Text = scalar.Value,
        Kind = scalar is { Style: ScalarStyle.Plain, Tag.IsEmpty: true } ? YamlScalar.KindOf(scalar.Value) : YamlKind.Text,
    };

    private YamlNode ReadList(int line)
    {
        _open.Push(line);
        var items = new List<YamlNode>();
        long size = 1;
        while (!_parser.TryConsume<SequenceEnd>(out _))
        {
            items.Add(ReadNode());
            size = Add(size, items[^1].Size);
        }
        _open.Pop();
        return new YamlNode { Line = line, Size = size, Kind = YamlKind.List, Items = items };
    }

    private YamlNode ReadMap(int line)
    {
        _open.Push(line);
        var fields = new List<YamlField>();
        var keys = new HashSet<string>(StringComparer.Ordinal);
        var merged = new List<YamlNode>();
        long size = 1;
        while (!_parser.TryConsume<MappingEnd>(out _))
        {
            Mark at = _parser.Current!.Start;
            YamlNode key = ReadNode();
            if (!key.IsScalar)
            {
                throw new YamlException(at, at, "a key is not text");
            }
            YamlNode value = ReadNode();
            size = Add(size, value.Size);
            if (key is { Text: "<<" })
            {
                merged.AddRange(value.Kind == YamlKind.List ? value.Items : [value]);
            }
            else if (keys.Add(key.Text))
            {
                fields.Add(new YamlField(key.Text, key.Line, value));
            }
            else
            {
                throw new YamlException(at, at, $"key \"{key.Text}\" already set in map");
            }
        }
        _open.Pop();
        // Keys that are already there win, and of several merged maps the first.
        fields.AddRange(merged.SelectMany(static map => map.Fields).Where(field => keys.Add(field.Key)));
        return new YamlNode { Line = line, Size = size, Kind = YamlKind.Map, Fields = fields };
    }

    private static long Add(long size, long more) => Math.Min(size + more, MostNodes + 1);
}
