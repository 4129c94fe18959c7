namespace Agent.Conversion.Shared;

/// <summary>One relabelling rule.</summary>
internal sealed record RelabelRule
{
    public IReadOnlyList<string> SourceLabels { get; init; } = [];

    public string Separator { get; init; } = ";";

    public string Regex { get; init; } = "(.*)";

    public long Modulus { get; init; }

    public string TargetLabel { get; init; } = "";

    public string Replacement { get; init; } = "$1";

    public string Action { get; init; } = "replace";
}
