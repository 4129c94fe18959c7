using System.Text;

namespace Agent.Conversion;

/// <summary>The text file about a conversion that <c>--report</c> writes.</summary>
public static class ConversionReport
{
    private const string Critical =
        "\n\nA configuration file was not generated due to critical issues. Refer to the critical messages for more information.";

    private const string Errors = """


        A configuration file was not generated due to errors. Refer to the error messages for more information.

        You can bypass the errors by using the --bypass-errors flag. Bypassing errors isn't recommended for production environments.
        """;

    private const string Success = "\n\nA configuration file was generated successfully.";

    /// <summary>What stood in the way, or everything where nothing did, and a line about the outcome.</summary>
    public static string Text(IReadOnlyList<ConversionDiagnostic> diagnostics, bool bypassErrors)
    {
        (ConversionSeverity least, string footer) = Worst(diagnostics) switch
        {
            ConversionSeverity.Critical => (ConversionSeverity.Critical, Critical),
            ConversionSeverity.Error when !bypassErrors => (ConversionSeverity.Error, Errors),
            _ => (ConversionSeverity.Info, Success),
        };
        return Lines(diagnostics, least) + footer;
    }

    /// <summary>Those of at least a severity, a line each, without a line break at the end.</summary>
    public static string Lines(IEnumerable<ConversionDiagnostic> diagnostics, ConversionSeverity least)
    {
        var text = new StringBuilder();
        foreach (ConversionDiagnostic diagnostic in diagnostics)
        {
            if (diagnostic.Severity >= least)
            {
                text.Append(text.Length > 0 ? "\n" : "").Append(diagnostic);
            }
        }
        return text.ToString();
    }

    private static ConversionSeverity Worst(IReadOnlyList<ConversionDiagnostic> diagnostics) =>
        diagnostics.Count == 0 ? ConversionSeverity.Info : diagnostics.Max(static diagnostic => diagnostic.Severity);
}
