namespace Agent.Conversion.Diagnostics;

/// <summary>Collects what a conversion finds, in the order of finding.</summary>
internal sealed class Findings
{
    private readonly List<ConversionDiagnostic> _all = [];

    public IReadOnlyList<ConversionDiagnostic> All => _all;

    public void Add(ConversionSeverity severity, string summary, string detail = "") => _all.Add(new ConversionDiagnostic(severity, summary, detail));

    public void Warning(string summary) => Add(ConversionSeverity.Warning, summary);

    public void Error(string summary) => Add(ConversionSeverity.Error, summary);

    public void Critical(string summary) => Add(ConversionSeverity.Critical, summary);

    /// <summary>The usual error for a setting that has no counterpart, when <paramref name="found"/>.</summary>
    public void Unsupported(bool found, string what, string why = "")
    {
        if (found)
        {
            Error(Text(what, why));
        }
    }

    /// <summary>The same as a warning: nothing is lost where it matters.</summary>
    public void Discouraged(bool found, string what, string why)
    {
        if (found)
        {
            Warning(Text(what, why));
        }
    }

    private static string Text(string what, string why) =>
        $"The converter does not support converting the provided {what} config" + (why.Length == 0 ? "." : $": {why}");
}
