namespace Agent.Conversion.Tests;

public sealed class ConversionReportTests
{
    private static readonly ConversionDiagnostic Info = new(ConversionSeverity.Info, "made", "\tA part");
    private static readonly ConversionDiagnostic Error = new(ConversionSeverity.Error, "left out");
    private static readonly ConversionDiagnostic Critical = new(ConversionSeverity.Critical, "no way");

    [Fact]
    public void A_report_shows_what_stood_in_the_way()
    {
        Assert.StartsWith("(Critical) no way\n\nA configuration file was not generated due to critical issues.", Text(false, Info, Error, Critical), StringComparison.Ordinal);
        Assert.StartsWith("(Error) left out\n\nA configuration file was not generated due to errors.", Text(false, Info, Error), StringComparison.Ordinal);
    }

    [Fact]
    public void A_report_of_success_shows_everything() => Assert.Equal(
        "(Info) made\n\tA part\n(Error) left out\n\nA configuration file was generated successfully.", Text(true, Info, Error));

    private static string Text(bool bypass, params ConversionDiagnostic[] diagnostics) => ConversionReport.Text(diagnostics, bypass);
}
