namespace Agent.Conversion;

/// <summary>What came out of a conversion.</summary>
/// <param name="Configuration">The formatted configuration, UTF-8; null where something critical was found. Empty where there was nothing to convert.</param>
/// <param name="Diagnostics">Everything found, in the order of finding.</param>
public sealed record ConversionResult(byte[]? Configuration, IReadOnlyList<ConversionDiagnostic> Diagnostics)
{
    public bool Has(ConversionSeverity severity) => Diagnostics.Any(diagnostic => diagnostic.Severity == severity);

    /// <summary>True where the configuration may be used: nothing critical, and no error that is not bypassed.</summary>
    public bool IsUsable(bool bypassErrors) => Configuration is not null && (bypassErrors || !Has(ConversionSeverity.Error));
}
