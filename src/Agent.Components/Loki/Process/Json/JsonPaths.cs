using System.Text;

namespace Agent.Components.Loki.Process.Json;

/// <summary>Plain paths such as <c>a.b</c> and <c>"x-y".z</c>, merged into one tree, so that one walk over a line finds all of them.</summary>
/// <remarks>
/// It says what is malformed without an exception, since lines that only look like JSON come by the thousands, and takes nothing
/// but an object, as the JSON stage wants it.
/// </remarks>
internal sealed class JsonPaths
{
    private readonly List<Node> _nodes = [new("")];

    /// <summary>How many paths there are.</summary>
    public int Count { get; private set; }

    /// <summary>Adds a path; its results have the number <see cref="Count"/> had before.</summary>
    public void Add(IReadOnlyList<string> names)
    {
        int at = 0;
        foreach (string name in names)
        {
            int child = _nodes[at].Children.FindIndex(index => _nodes[index].Name == name);
            if (child >= 0)
            {
                at = _nodes[at].Children[child];
                continue;
            }
            _nodes.Add(new Node(name));
            _nodes[at].Children.Add(_nodes.Count - 1);
            at = _nodes.Count - 1;
        }
        _nodes[at].Results.Add(Count++);
    }

    /// <summary>Walks over a whole object. False where the text is no JSON object, or not one alone.</summary>
    /// <param name="json">The text.</param>
    /// <param name="found">Takes, by number, where the values are; <c>default</c> for paths that lead nowhere.</param>
    public bool TryFind(ReadOnlySpan<byte> json, Span<Range> found)
    {
        found.Clear();
        var scanner = new JsonScanner(json);
        if (scanner.Peek() == 'n')
        {
            // Go reads null into a map without complaint; the map is empty.
            return scanner.TrySkipValue() && scanner.IsAtEnd();
        }
        return scanner.TryTake((byte)'{') && TryObject(ref scanner, 0, found) && scanner.IsAtEnd();
    }

    private bool TryObject(ref JsonScanner scanner, int node, Span<Range> found)
    {
        bool first = true;
        while (scanner.TryNextMember(ref first, out ReadOnlySpan<byte> key, out bool isEscaped, out bool done))
        {
            if (done)
            {
                return true;
            }
            int child = isEscaped ? FindEscaped(node, key) : Find(node, key);
            if (child < 0 ? !scanner.TrySkipValue() : !TryValue(ref scanner, child, found))
            {
                return false;
            }
        }
        return false;
    }

    private bool TryValue(ref JsonScanner scanner, int node, Span<Range> found)
    {
        // Of equal keys the last one counts, with all that is below it.
        Forget(node, found);
        byte next = scanner.Peek();
        int start = scanner.Position;
        bool valid = next == '{' && _nodes[node].Children.Count > 0
            ? scanner.TryTake(next) && TryObject(ref scanner, node, found)
            : scanner.TrySkipValue();
        foreach (int result in _nodes[node].Results)
        {
            found[result] = start..scanner.Position;
        }
        return valid;
    }

    private void Forget(int node, Span<Range> found)
    {
        foreach (int child in _nodes[node].Children)
        {
            foreach (int result in _nodes[child].Results)
            {
                found[result] = default;
            }
            Forget(child, found);
        }
    }

    private int Find(int node, ReadOnlySpan<byte> key)
    {
        foreach (int child in _nodes[node].Children)
        {
            if (key.SequenceEqual(_nodes[child].Utf8))
            {
                return child;
            }
        }
        return -1;
    }

    private int FindEscaped(int node, ReadOnlySpan<byte> key)
    {
        byte[]? large = key.Length > 256 ? new byte[key.Length] : null;
        Span<byte> plain = large ?? stackalloc byte[256];
        return Find(node, plain[..JsonText.Unescape(key, plain)]);
    }

    private sealed class Node(string name)
    {
        public string Name { get; } = name;

        public byte[] Utf8 { get; } = Encoding.UTF8.GetBytes(name);

        public List<int> Children { get; } = [];

        public List<int> Results { get; } = [];
    }
}
