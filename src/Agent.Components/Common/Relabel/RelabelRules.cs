using Agent.Sdk;
using Agent.Sdk.Declarations;

namespace Agent.Components.Common.Relabel;

/// <summary>Rules as one component hands them to another.</summary>
[Capsule("relabel.Rules")]
public sealed record RelabelRules(ValueList<RelabelRule> Rules)
{
    public static RelabelRules Empty { get; } = new(ValueList<RelabelRule>.Empty);
}
