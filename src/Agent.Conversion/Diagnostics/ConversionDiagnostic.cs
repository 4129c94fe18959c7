namespace Agent.Conversion;

/// <summary>One finding of a conversion.</summary>
/// <param name="Severity">How much it matters.</param>
/// <param name="Summary">What was found, worded as Alloy words it.</param>
/// <param name="Detail">Further lines, or empty.</param>
public sealed record ConversionDiagnostic(ConversionSeverity Severity, string Summary, string Detail = "")
{
    /// <summary>Such as <c>(Error) The converter does not support ...</c>, with the detail on lines of its own.</summary>
    public override string ToString() => Detail.Length == 0 ? $"({Severity}) {Summary}" : $"({Severity}) {Summary}\n{Detail}";
}
