using System.Runtime.InteropServices;

namespace Agent.Telemetry;

/// <summary>A sorted, changeable set of labels. Reusable; not safe for use by two threads at once.</summary>
public sealed class LabelSetBuilder
{
    private readonly List<Label> _labels;

    public LabelSetBuilder() => _labels = [];

    public LabelSetBuilder(LabelSet from) => _labels = [.. from.Span];

    public int Count => _labels.Count;

    public Label this[int index] => _labels[index];

    /// <summary>The value of a label, or the empty string.</summary>
    public string Get(string name)
    {
        int index = IndexOf(name);
        return index < 0 ? "" : _labels[index].Value;
    }

    /// <summary>Sets a label; an empty value removes it.</summary>
    public void Set(string name, string value)
    {
        int index = IndexOf(name);
        if (value.Length == 0)
        {
            if (index >= 0)
            {
                _labels.RemoveAt(index);
            }
        }
        else if (index >= 0)
        {
            _labels[index] = new Label(name, value);
        }
        else
        {
            _labels.Insert(~index, new Label(name, value));
        }
    }

    public void Remove(string name) => Set(name, "");

    public void RemoveAll(Predicate<Label> match) => _labels.RemoveAll(match);

    /// <summary>Starts again from <paramref name="labels"/>.</summary>
    public void Reset(LabelSet labels)
    {
        _labels.Clear();
        _labels.AddRange(labels.Span);
    }

    /// <summary>Starts again from what another builder has.</summary>
    public void Reset(LabelSetBuilder labels)
    {
        _labels.Clear();
        _labels.AddRange(labels._labels);
    }

    public LabelSet ToLabelSet() => LabelSet.FromSorted(_labels);

    private int IndexOf(string name) => Label.IndexOf(CollectionsMarshal.AsSpan(_labels), name);
}
