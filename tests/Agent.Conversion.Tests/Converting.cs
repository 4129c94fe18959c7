using System.Text;
using Agent.Syntax;

namespace Agent.Conversion.Tests;

/// <summary>Converts texts in tests.</summary>
internal static class Converting
{
    public static ConversionResult From(string format, string yaml, params string[] arguments) =>
        From(format, Encoding.UTF8.GetBytes(yaml), arguments);

    public static ConversionResult From(string format, byte[] yaml, params string[] arguments) => ConfigurationConverter.Convert(new ConversionRequest
    {
        Format = format,
        Source = yaml,
        ExtraArguments = arguments,
        Environment = static name => name == "REGION" ? "north" : null,
    });

    public static string Text(ConversionResult result) => Encoding.UTF8.GetString(result.Configuration!);

    /// <summary>The only finding that a conversion without result has.</summary>
    public static string Failure(ConversionResult result)
    {
        Assert.Null(result.Configuration);
        ConversionDiagnostic diagnostic = Assert.Single(result.Diagnostics);
        Assert.Equal(ConversionSeverity.Critical, diagnostic.Severity);
        return diagnostic.Summary;
    }

    public static string Formatted(string text)
    {
        ParseResult parsed = Parser.ParseFile(new SourceText("expected", text));
        Assert.True(parsed.Success);
        return Formatter.FormatText(parsed.File);
    }
}
