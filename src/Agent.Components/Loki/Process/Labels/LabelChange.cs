using Agent.Telemetry;

namespace Agent.Components.Loki.Process.Labels;

/// <summary>A change of labels that a stage makes to many lines; only the value differs from line to line.</summary>
public abstract class LabelChange
{
    public abstract void Apply(LabelSetBuilder labels, string value);
}

/// <summary>Sets one label to the line's value.</summary>
public sealed class SetLabel(string name) : LabelChange
{
    public override void Apply(LabelSetBuilder labels, string value) => labels.Set(name, value);
}

/// <summary>Sets labels to values that are the same for all lines.</summary>
public sealed class SetLabels(IReadOnlyList<Label> fixedLabels) : LabelChange
{
    public override void Apply(LabelSetBuilder labels, string value)
    {
        foreach (Label label in fixedLabels)
        {
            labels.Set(label.Name, label.Value);
        }
    }
}

public sealed class DropLabels(IReadOnlyList<string> names) : LabelChange
{
    public override void Apply(LabelSetBuilder labels, string value)
    {
        foreach (string name in names)
        {
            labels.Remove(name);
        }
    }
}

public sealed class KeepLabels(IEnumerable<string> names) : LabelChange
{
    private readonly HashSet<string> _names = new(names, StringComparer.Ordinal);

    public override void Apply(LabelSetBuilder labels, string value) => labels.RemoveAll(label => !_names.Contains(label.Name));
}
