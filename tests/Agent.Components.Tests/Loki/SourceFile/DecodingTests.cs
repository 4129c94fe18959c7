using Agent.Components.Local;
using Agent.Components.Loki.SourceFile;
using Agent.Components.Tests.Decoding;
using Agent.Sdk;
using Agent.Sdk.Decoding;
using Agent.Syntax;

namespace Agent.Components.Tests.Loki.SourceFile;

public sealed class DecodingTests
{
    [Fact]
    public void All_arguments_of_the_source_are_taken()
    {
        BlockValue block = Config.Block(
            "loki.source.file",
            Config.Set("targets", Config.List()),
            Config.Set("forward_to", Config.List()),
            Config.Set("encoding", "UTF-16LE"),
            Config.Set("tail_from_end", false),
            Config.Set("legacy_positions_file", "/tmp/positions.yml"),
            Config.Set("on_positions_file_error", "skip"),
            Config.Block("decompression", Config.Set("enabled", true), Config.Set("format", "bz2"), Config.Set("initial_delay", "10s")),
            Config.Block("file_watch", Config.Set("min_poll_frequency", "100ms"), Config.Set("max_poll_frequency", "2s")),
            Config.Block("file_match", Config.Set("enabled", true), Config.Set("sync_period", "5s"), Config.Set("ignore_older_than", "24h")));

        var arguments = (LokiSourceFile.Arguments)Decode("loki.source.file", block, out DiagnosticBag diagnostics)!;

        Assert.Empty(diagnostics);
        Assert.Equal(PositionsFileError.Skip, arguments.OnPositionsFileError);
        Assert.Equal(new LokiSourceFile.DecompressionArguments { Enabled = true, Format = CompressionFormat.Bz2, InitialDelay = TimeSpan.FromSeconds(10) }, arguments.Decompression);
        Assert.Equal(TimeSpan.FromSeconds(2), arguments.FileWatch.MaxPollFrequency);
        Assert.Equal(TimeSpan.FromHours(24), arguments.FileMatch.IgnoreOlderThan);
    }

    [Theory]
    [InlineData("encoding", "klingon", "no such encoding")]
    [InlineData("on_positions_file_error", "panic", "panic")]
    public void Wrong_words_are_refused(string name, string value, string expected)
    {
        BlockValue block = Config.Block(
            "loki.source.file", Config.Set("targets", Config.List()), Config.Set("forward_to", Config.List()), Config.Set(name, value));

        Decode("loki.source.file", block, out DiagnosticBag diagnostics);

        Assert.Contains(diagnostics, finding => finding.Message.Contains(expected, StringComparison.Ordinal));
    }

    [Fact]
    public void Compressed_files_cannot_start_at_their_end()
    {
        BlockValue block = Config.Block(
            "loki.source.file",
            Config.Set("targets", Config.List()),
            Config.Set("forward_to", Config.List()),
            Config.Set("tail_from_end", true),
            Config.Block("decompression", Config.Set("enabled", true), Config.Set("format", "gz")));

        Decode("loki.source.file", block, out DiagnosticBag diagnostics);

        Assert.Contains(diagnostics, static finding => finding.Message.Contains("end of compressed files", StringComparison.Ordinal));
    }

    [Fact]
    public void The_local_components_take_all_their_arguments()
    {
        var file = (LocalFile.Arguments)Decode("local.file", Config.Block(
            "local.file",
            Config.Set("filename", "/etc/hostname"),
            Config.Set("detector", "poll"),
            Config.Set("poll_frequency", "5s"),
            Config.Set("is_secret", true)), out DiagnosticBag first)!;
        var match = (LocalFileMatch.Arguments)Decode("local.file_match", Config.Block(
            "local.file_match",
            Config.Set("path_targets", Config.List(Config.Map(("__path__", Agent.Syntax.Values.Value.Of("/var/log/*.log"))))),
            Config.Set("sync_period", "5s"),
            Config.Set("ignore_older_than", "1h")), out DiagnosticBag second)!;

        Assert.Empty(first);
        Assert.Empty(second);
        Assert.Equal((FileChangeDetector.Poll, true), (file.Detector, file.IsSecret));
        Assert.Equal("/var/log/*.log", match.PathTargets[0]["__path__"]);
    }

    private static object? Decode(string name, BlockValue block, out DiagnosticBag diagnostics)
    {
        ComponentDescriptor descriptor = Agent.Components.GeneratedCatalog.Components.Single(component => component.Name == name);
        diagnostics = new DiagnosticBag();
        return descriptor.Decode(block, diagnostics);
    }
}
