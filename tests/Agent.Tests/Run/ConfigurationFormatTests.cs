using Agent.Run;
using Agent.Runtime.Configuration;
using Agent.Syntax;

namespace Agent.Tests.Run;

public sealed class ConfigurationFormatTests : IDisposable
{
    private const string Promtail = "tracing: {enabled: false}\nserver: {register_instrumentation: false}\nclients: [{url: http://localhost/push}]\n";

    private readonly Shell _shell = new();
    private readonly DiagnosticBag _diagnostics = [];

    public void Dispose() => _shell.Dispose();

    [Fact]
    public void Another_format_is_read_as_what_it_becomes()
    {
        string path = _shell.Write("promtail.yaml", Promtail);

        ConfigurationSource? source = new ConfigurationFormat("promtail", false, []).Read(path, _diagnostics);

        BlockStatement block = Assert.IsType<BlockStatement>(Assert.Single(source!.Statements));
        Assert.Equal("loki.write", block.FullName);
        Assert.Equal(path + " (converted)", source.Path);
        Assert.Empty(_diagnostics);
    }

    [Fact]
    public void What_cannot_be_converted_is_an_error_or_when_bypassed_a_warning()
    {
        string path = _shell.Write("promtail.yaml", Promtail + "wal: {enabled: true}\n");

        Assert.Null(new ConfigurationFormat("promtail", false, []).Read(path, _diagnostics));
        Assert.NotNull(new ConfigurationFormat("promtail", true, []).Read(path, _diagnostics));

        Assert.Equal(
            [(Severity.Error, $"{path}: Promtail's WAL is currently not supported in Alloy"), (Severity.Warning, $"{path}: Promtail's WAL is currently not supported in Alloy")],
            _diagnostics.Select(static found => (found.Severity, found.Message)));
    }

    [Fact]
    public void A_file_that_is_missing_and_a_folder_are_errors()
    {
        var format = new ConfigurationFormat("prometheus", false, []);

        Assert.Null(format.Read(_shell.Folder, _diagnostics));
        Assert.Null(format.Read(Path.Combine(_shell.Folder, "none.yaml"), _diagnostics));

        Assert.Equal(2, _diagnostics.Count);
        Assert.All(_diagnostics, static found => Assert.StartsWith("cannot read configuration ", found.Message, StringComparison.Ordinal));
    }

    [Fact]
    public void Flags_of_the_other_program_are_split_at_blanks_and_equals_signs() =>
        Assert.Equal(["-a", "-b", "c=d", "--e"], ConfigurationFormat.Split(" -a  -b=c=d\t--e= "));
}
