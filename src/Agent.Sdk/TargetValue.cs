using System.Diagnostics.CodeAnalysis;
using Agent.Syntax.Values;
using Agent.Telemetry;

namespace Agent.Sdk;

/// <summary>A target as expressions see it: an object of its labels, not copied.</summary>
public sealed class TargetValue(Target target) : ObjectValue
{
    public Target Target { get; } = target;

    public override int Count => Target.Labels.Count;

    public override IEnumerable<string> Keys => Target.Labels.Select(static label => label.Name);

    public override bool IsSensitive => false;

    public override bool TryGet(string key, [NotNullWhen(true)] out Value? value)
    {
        value = Target.Labels.Contains(key) ? Value.Of(Target[key]) : null;
        return value is not null;
    }

    public override bool Equals(Value? other) => other is TargetValue mine ? mine.Target == Target : base.Equals(other);

    // Written for the sake of the pair: objects that are equal hash alike, whoever holds them.
    public override int GetHashCode() => base.GetHashCode();
}

/// <summary>A list of targets as expressions see it: ten thousand of them pass from component to component as one reference.</summary>
public sealed class TargetListValue(ValueList<Target> targets) : ArrayValue
{
    public ValueList<Target> Targets { get; } = targets;

    public override int Count => Targets.Count;

    public override bool IsSensitive => false;

    public override Value this[int index] => new TargetValue(Targets[index]);

    public override bool Equals(Value? other) => other is TargetListValue mine ? mine.Targets.Equals(Targets) : base.Equals(other);

    public override int GetHashCode() => base.GetHashCode();
}
