using System.Collections;
using System.Runtime.InteropServices;

namespace Agent.Telemetry;

/// <summary>One label: a name and a value.</summary>
public readonly record struct Label(string Name, string Value)
{
    /// <summary>The index of a name among labels sorted by name, or the complement of where it would stand.</summary>
    internal static int IndexOf(ReadOnlySpan<Label> sorted, string name)
    {
        int low = 0;
        int high = sorted.Length - 1;
        while (low <= high)
        {
            int middle = (low + high) >>> 1;
            int order = string.CompareOrdinal(sorted[middle].Name, name);
            if (order == 0)
            {
                return middle;
            }
            if (order < 0)
            {
                low = middle + 1;
            }
            else
            {
                high = middle - 1;
            }
        }
        return ~low;
    }
}

/// <summary>An immutable set of labels, sorted by name (ordinal), without empty values. Equality is by content; the hash is kept.</summary>
/// <remarks>Hot paths intern sets (one instance per stream), so that equality is nearly always a comparison of references.</remarks>
public sealed class LabelSet : IReadOnlyList<Label>, IEquatable<LabelSet>
{
    private readonly Label[] _labels;
    private readonly int _hash;

    private LabelSet(Label[] sorted)
    {
        _labels = sorted;
        var hash = new HashCode();
        foreach (Label label in sorted)
        {
            hash.Add(string.GetHashCode(label.Name, StringComparison.Ordinal));
            hash.Add(string.GetHashCode(label.Value, StringComparison.Ordinal));
        }
        _hash = hash.ToHashCode();
    }

    public static LabelSet Empty { get; } = new([]);

    public int Count => _labels.Length;

    public ReadOnlySpan<Label> Span => _labels;

    public Label this[int index] => _labels[index];

    /// <summary>The value of a label, or the empty string where the set lacks it: the field treats both alike.</summary>
    public string this[string name]
    {
        get
        {
            int index = IndexOf(name);
            return index < 0 ? "" : _labels[index].Value;
        }
    }

    /// <summary>Builds a set; of labels with the same name the last one counts, and empty values are left out.</summary>
    public static LabelSet From(IEnumerable<KeyValuePair<string, string>> labels)
    {
        var builder = new LabelSetBuilder();
        foreach ((string name, string value) in labels)
        {
            builder.Set(name, value);
        }
        return builder.ToLabelSet();
    }

    public bool Contains(string name) => IndexOf(name) >= 0;

    /// <summary>This set with one label set, or removed where <paramref name="value"/> is empty.</summary>
    public LabelSet With(string name, string value)
    {
        var builder = new LabelSetBuilder(this);
        builder.Set(name, value);
        return builder.ToLabelSet();
    }

    public LabelSet Without(string name) => With(name, "");

    public bool Equals(LabelSet? other)
    {
        if (ReferenceEquals(this, other))
        {
            return true;
        }
        return other is not null && other._hash == _hash && other._labels.AsSpan().SequenceEqual(_labels);
    }

    public override bool Equals(object? obj) => Equals(obj as LabelSet);

    public override int GetHashCode() => _hash;

    public IEnumerator<Label> GetEnumerator() => ((IEnumerable<Label>)_labels).GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    /// <summary><c>{a="b", c="d"}</c>, for messages; not escaped.</summary>
    public override string ToString() => "{" + string.Join(", ", _labels.Select(static l => $"{l.Name}=\"{l.Value}\"")) + "}";

    internal static LabelSet FromSorted(List<Label> labels) =>
        labels.Count == 0 ? Empty : new LabelSet(CollectionsMarshal.AsSpan(labels).ToArray());

    private int IndexOf(string name) => Label.IndexOf(_labels, name);
}
