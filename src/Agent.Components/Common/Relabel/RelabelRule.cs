using Agent.Sdk;
using Agent.Sdk.Declarations;
using Agent.Sdk.Decoding;
using Agent.Sdk.Patterns;

namespace Agent.Components.Common.Relabel;

/// <summary>One <c>rule</c> block: a step that rewrites, keeps or drops a set of labels.</summary>
public sealed record RelabelRule : IValidated
{
    internal const string AnyText = "(.*)";
    private const string WholeMatch = "$1";
    private const string DefaultSeparator = ";";
    private static readonly Pattern AnyPattern = Pattern.Parse(AnyText, PatternOptions.Anchored);
    private static readonly Pattern NameTemplate = Pattern.Parse(@"^(?:(?:[a-zA-Z_]|\$(?:\{\w+\}|\w+))+\w*)+$");

    /// <summary>Labels whose values, joined by the separator, are what the rule looks at.</summary>
    public ValueList<string>? SourceLabels { get; init; }

    /// <summary>Stands between the values of the source labels.</summary>
    public string Separator { get; init; } = DefaultSeparator;

    /// <summary>Regular expression (RE2) that has to match the joined values, or for labelmap, labeldrop and labelkeep a label's name.</summary>
    [Anchored]
    public Pattern Regex { get; init; } = AnyPattern;

    /// <summary>Divisor of the hash of the joined values.</summary>
    public ulong Modulus { get; init; }

    /// <summary>Label that takes the result.</summary>
    public string TargetLabel { get; init; } = "";

    /// <summary>What the target label is set to where the expression matches; $1 or ${1} stand for its groups.</summary>
    public string Replacement { get; init; } = WholeMatch;

    /// <summary>What the rule does.</summary>
    public RelabelAction Action { get; init; } = RelabelAction.Replace;

    /// <summary>The action as users write it.</summary>
    internal string ActionName => Action.ToString().ToLowerInvariant();

    private bool WritesOrReadsTarget => Action is RelabelAction.Replace or RelabelAction.HashMod or RelabelAction.Lowercase
        or RelabelAction.Uppercase or RelabelAction.KeepEqual or RelabelAction.DropEqual;

    public void Validate(ValidationContext context)
    {
        if (Fault() is { } message)
        {
            context.Error(message);
        }
    }

    // The order decides which of several faults is named; it is the field's.
    private string? Fault()
    {
        if (Modulus == 0 && Action == RelabelAction.HashMod)
        {
            return "relabel configuration for hashmod requires non-zero modulus";
        }
        if (WritesOrReadsTarget && TargetLabel.Length == 0)
        {
            return $"relabel configuration for {ActionName} action requires 'target_label' value";
        }
        if (Action == RelabelAction.Replace && TargetLabel.Contains('$', StringComparison.Ordinal) && !NameTemplate.IsMatch(TargetLabel))
        {
            return $"\"{TargetLabel}\" is invalid 'target_label' for {ActionName} action";
        }
        if (Action is RelabelAction.Lowercase or RelabelAction.Uppercase or RelabelAction.KeepEqual or RelabelAction.DropEqual
            && Replacement != WholeMatch)
        {
            return $"'replacement' can not be set for {ActionName} action";
        }
        if (Action == RelabelAction.LabelMap && !NameTemplate.IsMatch(Replacement))
        {
            return $"\"{Replacement}\" is invalid 'replacement' for {ActionName} action";
        }
        return SurplusFault();
    }

    private string? SurplusFault()
    {
        bool plain = Modulus == 0 && Separator == DefaultSeparator && Replacement == WholeMatch;
        return Action switch
        {
            RelabelAction.LabelDrop or RelabelAction.LabelKeep when !plain || SourceLabels is not null || TargetLabel.Length > 0 =>
                $"{ActionName} action requires only 'regex', and no other fields",
            RelabelAction.KeepEqual or RelabelAction.DropEqual when !plain || Regex.Text != AnyText =>
                $"{ActionName} action requires only 'source_labels' and 'target_label', and no other fields",
            _ => null,
        };
    }
}
