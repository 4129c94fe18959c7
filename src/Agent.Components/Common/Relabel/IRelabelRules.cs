using Agent.Telemetry;

namespace Agent.Components.Common.Relabel;

/// <summary>Relabelling rules as one component hands them to another: the capsule <c>RelabelRules</c>.</summary>
public interface IRelabelRules
{
    /// <summary>Changes the labels; false where the rules drop what carries them.</summary>
    bool Apply(LabelSetBuilder labels);
}
