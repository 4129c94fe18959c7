using System.Text;
using System.Text.Json;

namespace Agent.Components.Common.JmesPath;

/// <summary>Where a value stands in a JSON text; <see cref="JsonTokenType.None"/> when it was not found.</summary>
/// <param name="Kind">The first token of the value: StartObject, StartArray, String, Number, True, False or Null.</param>
/// <param name="Start">Byte offset of the value, a string's quote included.</param>
/// <param name="Length">Bytes of the value.</param>
/// <param name="Escaped">Whether a string holds escapes; decode it with <see cref="JsonPathTrie.TryDecode"/>.</param>
public readonly record struct JsonSlice(JsonTokenType Kind, int Start, int Length, bool Escaped)
{
    public bool Found => Kind != JsonTokenType.None;

    /// <summary>The value's text; a string without its quotes, escapes untouched.</summary>
    public ReadOnlySpan<byte> Of(ReadOnlySpan<byte> utf8) => !Found ? default
        : Kind == JsonTokenType.String ? utf8.Slice(Start + 1, Length - 2) : utf8.Slice(Start, Length);
}

/// <summary>Finds the values of many plain paths in one walk over a JSON text, without allocating.</summary>
/// <remarks>
/// The whole text is always read: Go refuses a document that breaks off after the fields one wants, and of equal keys its last counts.
/// Skipping what no path wants is the cheap part of the walk.
/// </remarks>
public sealed class JsonPathTrie
{
    private const int MaxDepth = 512;

    private readonly Node _root = new([]);

    /// <param name="paths">Names from the root, as <see cref="JmesExpression.FieldPath"/> gives them. Results keep this order.</param>
    public JsonPathTrie(IReadOnlyList<IReadOnlyList<string>> paths)
    {
        Count = paths.Count;
        for (int i = 0; i < paths.Count; i++)
        {
            Node node = _root;
            foreach (string name in paths[i])
            {
                node = node.Child(Encoding.UTF8.GetBytes(name));
            }
            node.Slots.Add(i);
        }
    }

    /// <summary>How many results a walk gives.</summary>
    public int Count { get; }

    /// <summary>Walks a document; false when it is no JSON. A document that is no object is JSON without fields.</summary>
    public bool TryFind(ReadOnlySpan<byte> utf8, Span<JsonSlice> results)
    {
        results.Clear();
        var reader = new Utf8JsonReader(utf8, new JsonReaderOptions { MaxDepth = MaxDepth });
        try
        {
            reader.Read();
            Visit(ref reader, _root, results);
            reader.Read();
            return true;
        }
        catch (JsonException)
        {
            results.Clear();
            return false;
        }
    }

    /// <summary>Undoes the escapes of a string slice.</summary>
    public static bool TryDecode(ReadOnlySpan<byte> text, out byte[] decoded) => JsonEscapes.TryDecode(text, out decoded);

    private static void Visit(ref Utf8JsonReader reader, Node node, Span<JsonSlice> results)
    {
        if (reader.TokenType != JsonTokenType.StartObject)
        {
            reader.Skip();
            return;
        }
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            Node? child = node.Find(ref reader);
            reader.Read();
            if (child is null)
            {
                reader.Skip();
                continue;
            }
            child.Clear(results);
            JsonTokenType kind = reader.TokenType;
            int start = (int)reader.TokenStartIndex;
            bool escaped = kind == JsonTokenType.String && reader.ValueIsEscaped;
            Visit(ref reader, child, results);
            foreach (int slot in child.Slots)
            {
                results[slot] = new JsonSlice(kind, start, (int)reader.BytesConsumed - start, escaped);
            }
        }
    }

    private sealed class Node(byte[] name)
    {
        private readonly List<Node> _children = [];

        public List<int> Slots { get; } = [];

        public Node Child(byte[] wanted)
        {
            Node? found = _children.Find(child => child.Is(wanted));
            if (found is null)
            {
                _children.Add(found = new Node(wanted));
            }
            return found;
        }

        public Node? Find(ref Utf8JsonReader reader)
        {
            foreach (Node child in _children)
            {
                if (reader.ValueIsEscaped ? reader.ValueTextEquals(child._name) : reader.ValueSpan.SequenceEqual(child._name))
                {
                    return child;
                }
            }
            return null;
        }

        // What an earlier equal key gave no longer counts.
        public void Clear(Span<JsonSlice> results)
        {
            foreach (int slot in Slots)
            {
                results[slot] = default;
            }
            foreach (Node child in _children)
            {
                child.Clear(results);
            }
        }

        private readonly byte[] _name = name;

        private bool Is(byte[] wanted) => _name.AsSpan().SequenceEqual(wanted);
    }
}
