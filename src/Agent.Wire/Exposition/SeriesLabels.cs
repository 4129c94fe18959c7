using System.Runtime.InteropServices;
using System.Text;
using Agent.Telemetry;
using Agent.Telemetry.Metrics;

namespace Agent.Wire.Exposition;

/// <summary>Labels as a reader takes them apart, in bytes. Reusable: in steady state it allocates nothing. Not thread safe.</summary>
public sealed class SeriesLabels : IDisposable
{
    private readonly GrowableBuffer _bytes = new();
    private readonly List<Place> _places = [];

    public int Count => _places.Count;

    /// <summary>Two labels have one name: no valid series. Needs sorted labels, as readers give them.</summary>
    public bool HasDuplicates
    {
        get
        {
            for (int i = 1; i < Count; i++)
            {
                if (Name(i).SequenceEqual(Name(i - 1)))
                {
                    return true;
                }
            }
            return false;
        }
    }

    public ReadOnlySpan<byte> Name(int index) => _bytes.Written.Slice(_places[index].Name, _places[index].NameLength);

    public ReadOnlySpan<byte> Value(int index) => _bytes.Written.Slice(_places[index].Value, _places[index].ValueLength);

    /// <summary>The value of a label; false where it is missing.</summary>
    public bool TryGet(ReadOnlySpan<byte> name, out ReadOnlySpan<byte> value)
    {
        for (int i = 0; i < Count; i++)
        {
            if (Name(i).SequenceEqual(name))
            {
                value = Value(i);
                return true;
            }
        }
        value = default;
        return false;
    }

    /// <summary>Length of the labels as a <see cref="LabelBlock"/>.</summary>
    public int BlockLength()
    {
        int length = 0;
        foreach (Place place in _places)
        {
            length += LabelBlock.LabelLength(place.NameLength, place.ValueLength);
        }
        return length;
    }

    /// <summary>Writes the labels as a <see cref="LabelBlock"/> and returns its length.</summary>
    public int WriteBlock(Span<byte> target)
    {
        int at = 0;
        for (int i = 0; i < Count; i++)
        {
            at += LabelBlock.Write(target[at..], Name(i), Value(i));
        }
        return at;
    }

    /// <summary>The labels as a set. Empty values are left out: they mean that the label is absent.</summary>
    public LabelSet ToLabelSet()
    {
        var builder = new LabelSetBuilder();
        for (int i = 0; i < Count; i++)
        {
            builder.Set(Encoding.UTF8.GetString(Name(i)), Encoding.UTF8.GetString(Value(i)));
        }
        return builder.ToLabelSet();
    }

    public void Clear()
    {
        _bytes.Clear();
        _places.Clear();
    }

    /// <summary>Gives the memory back; the object stays usable.</summary>
    public void Dispose()
    {
        Clear();
        _bytes.Release();
    }

    /// <summary>Adds a label behind the others; <see cref="Sort"/> puts it into its place.</summary>
    public void Add(ReadOnlySpan<byte> name, ReadOnlySpan<byte> value)
    {
        _places.Add(new Place(_bytes.Length, name.Length, _bytes.Length + name.Length, value.Length));
        _bytes.Write(name);
        _bytes.Write(value);
    }

    /// <summary>Adds a label whose texts are written with backslashes.</summary>
    internal void AddEscaped(ReadOnlySpan<byte> name, ReadOnlySpan<byte> value)
    {
        if (!name.Contains((byte)'\\') && !value.Contains((byte)'\\'))
        {
            Add(name, value);
            return;
        }
        int start = _bytes.Length;
        TextEscapes.Append(_bytes, name, withQuotes: true);
        int middle = _bytes.Length;
        TextEscapes.Append(_bytes, value, withQuotes: true);
        _places.Add(new Place(start, middle - start, middle, _bytes.Length - middle));
    }

    internal void ReplaceValue(int index, ReadOnlySpan<byte> value)
    {
        _places[index] = _places[index] with { Value = _bytes.Length, ValueLength = value.Length };
        _bytes.Write(value);
    }

    /// <summary>Puts the labels in the order of their names; equal names stay in the order added.</summary>
    public void Sort()
    {
        // Few labels, mostly in order already: insertion sort.
        Span<Place> places = CollectionsMarshal.AsSpan(_places);
        ReadOnlySpan<byte> bytes = _bytes.Written;
        for (int i = 1; i < places.Length; i++)
        {
            Place moved = places[i];
            int at = i;
            for (; at > 0 && NameOf(bytes, places[at - 1]).SequenceCompareTo(NameOf(bytes, moved)) > 0; at--)
            {
                places[at] = places[at - 1];
            }
            places[at] = moved;
        }
    }

    internal void CopyFrom(SeriesLabels other)
    {
        Clear();
        _bytes.Write(other._bytes.Written);
        _places.AddRange(other._places);
    }

    private static ReadOnlySpan<byte> NameOf(ReadOnlySpan<byte> bytes, Place place) => bytes.Slice(place.Name, place.NameLength);

    private readonly record struct Place(int Name, int NameLength, int Value, int ValueLength);
}
