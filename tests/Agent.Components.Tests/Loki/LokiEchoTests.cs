using System.Text;
using Agent.Components.Loki;
using Agent.Components.Tests.Loki.Write;
using Agent.Telemetry;
using Agent.Telemetry.Logs;
using Agent.Testing;

namespace Agent.Components.Tests.Loki;

public sealed class LokiEchoTests
{
    private static readonly LabelSet App = WriteFixture.Labels(("app", "x"), ("b", "two words"));

    [Fact]
    public async Task An_entry_is_printed_with_labels_timestamp_and_metadata()
    {
        var entry = new LogEntry(App, 1_700_000_000_000_000_500, "hello \"you\""u8.ToArray(), new[] { new MetadataPair("trace", "t1"u8.ToArray()) });
        Assert.Equal(
            """ts=2024-05-06T07:08:00Z level=info msg="received log entry" component_path=/ component_id=loki.echo.x """
            + """entry="hello \"you\"" entry_timestamp=2023-11-14T22:13:20.0000005Z labels="{app=\"x\", b=\"two words\"}" """
            + """structured_metadata="{\"trace\":\"t1\"}" """.TrimEnd() + "\n",
            await PrintAsync(entry));
    }

    [Fact]
    public async Task Whatever_a_line_holds_one_printable_line_comes_out()
    {
        string text = await PrintAsync(new LogEntry(LabelSet.Empty, -1, new byte[] { 0, 0x1B, (byte)'\n', 0xFF, (byte)'a' }));
        Assert.Contains("""entry="\x00\x1b\n\xffa" entry_timestamp=1969-12-31T23:59:59.999999999Z labels={} structured_metadata={}""", text, StringComparison.Ordinal);
        Assert.Equal(1, text.Count(static c => c < ' '));
    }

    [Fact]
    public async Task Simple_lines_are_printed_bare_and_empty_ones_quoted()
    {
        Assert.Contains(" entry=abc ", await PrintAsync(new LogEntry(App, 0, "abc"u8.ToArray())), StringComparison.Ordinal);
        Assert.Contains(" entry=\"\" ", await PrintAsync(new LogEntry(App, 0, default)), StringComparison.Ordinal);
    }

    private static async Task<string> PrintAsync(LogEntry entry)
    {
        using var context = new TestComponentContext("loki.echo.x", new FakeTimeProvider());
        using var output = new MemoryStream();
        await using var echo = new LokiEcho(context, output);
        Assert.Same(echo, Assert.IsType<LokiEcho.Exports>(context.LastExports).Receiver);
        using var batch = new LogBatch();
        batch.Add(entry);
        await echo.ConsumeAsync(batch, CancellationToken.None);
        return Encoding.UTF8.GetString(output.ToArray());
    }
}
