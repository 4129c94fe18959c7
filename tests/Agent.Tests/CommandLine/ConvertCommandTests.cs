namespace Agent.Tests.CommandLine;

public sealed class ConvertCommandTests : IDisposable
{
    private const string Prometheus = """
        scrape_configs:
          - job_name: node
            static_configs:
              - targets: ["localhost:9100"]
        remote_write:
          - url: http://localhost:9009/api/v1/push
        """;

    private const string WithRules = Prometheus + "\nrule_files: [rules.yml]\n";

    private readonly Shell _shell = new();

    public void Dispose() => _shell.Dispose();

    [Theory]
    [InlineData("--source-format=prometheus")]
    [InlineData("-f", "prometheus", "-")]
    public async Task Standard_input_is_converted_to_standard_output(params string[] args)
    {
        Assert.Equal(0, await _shell.RunWithInputAsync(Prometheus, ["convert", .. args]));
        Assert.StartsWith("prometheus.scrape \"node\" {\n\ttargets = [{\n\t\t__address__ = \"localhost:9100\",\n\t}]\n", _shell.Out, StringComparison.Ordinal);
        Assert.Equal("", _shell.Error);
    }

    [Fact]
    public async Task Result_and_report_are_written_to_files()
    {
        string output = Path.Combine(_shell.Folder, "out.alloy");
        string report = Path.Combine(_shell.Folder, "report.txt");

        Assert.Equal(0, await _shell.RunAsync("convert", "-f", "prometheus", "-o", output, "-r", report, _shell.Write("p.yaml", Prometheus)));

        Assert.Equal("", _shell.Out);
        Assert.Contains("prometheus.remote_write \"default\"", await File.ReadAllTextAsync(output), StringComparison.Ordinal);
        Assert.EndsWith("\n\nA configuration file was generated successfully.", await File.ReadAllTextAsync(report), StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_cannot_be_converted_ends_it_unless_errors_are_bypassed()
    {
        string path = _shell.Write("p.yaml", WithRules);
        string report = Path.Combine(_shell.Folder, "report.txt");

        Assert.Equal(1, await _shell.RunAsync("convert", "-f=prometheus", "-r", report, path));
        Assert.Equal("", _shell.Out);
        Assert.Contains("(Error) The converter does not support converting the provided rule_files config.\n", _shell.Error, StringComparison.Ordinal);
        Assert.Contains("by using the --bypass-errors flag", await File.ReadAllTextAsync(report), StringComparison.Ordinal);

        Assert.Equal(0, await _shell.RunAsync("convert", "-f=prometheus", "-b", path));
        Assert.Contains("prometheus.scrape \"node\"", _shell.Out, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("source-format is a required flag")]
    [InlineData("cannot convert a directory", "-f", "prometheus", "/")]
    [InlineData("Could not find", "-f", "prometheus", "/nowhere.yaml")]
    [InlineData("unrecognized kind \"toml\"", "-f", "toml")]
    [InlineData("otelcol is not supported yet", "-f", "otelcol")]
    [InlineData("extra arguments are not supported for the prometheus converter: [-x y]", "-f", "prometheus", "-e", "-x=y")]
    public async Task What_makes_no_sense_is_refused(string error, params string[] args)
    {
        Assert.Equal(1, await _shell.RunWithInputAsync(Prometheus, ["convert", .. args]));
        Assert.Contains(error, _shell.Error, StringComparison.Ordinal);
        Assert.Equal("", _shell.Out);
    }

    [Fact]
    public async Task Other_formats_are_validated_as_what_they_become()
    {
        Assert.Equal(0, await _shell.RunAsync("validate", "--config.format=prometheus", _shell.Write("p.yaml", Prometheus)));
        Assert.Equal(1, await _shell.RunAsync("validate", "--config.format=prometheus", _shell.Write("bad.yaml", "scrape_configs: 5\n")));
        Assert.Contains("line 1: cannot unmarshal !!int `5` into", _shell.Error, StringComparison.Ordinal);
    }
}
