using System.Text;
using Agent.Components.Loki.SecretFilter;
using Agent.Sdk;
using Agent.Sdk.Metrics;
using Agent.Telemetry;
using Agent.Telemetry.Logs;
using Agent.Testing;

namespace Agent.Components.Tests.Loki.SecretFilter;

public sealed class LokiSecretfilterTests : IDisposable
{
    // Put together here, so that no scanner of repositories takes them for secrets.
    private static readonly string Token = "gh" + "p_" + "0aB1cD2eF3gH4iJ5kL6mN7oP8qR9sT0uV1wX";
    private static readonly LabelSet Web = LabelSet.Empty.With("app", "web");

    private readonly TestComponentContext _context = new("loki.secretfilter.default");
    private readonly LogCollector _collector = new();

    [Fact]
    public async Task Without_settings_the_first_fifth_of_a_secret_stays()
    {
        await SendAsync(new() { ForwardTo = [_collector] }, $"pushed with {Token} today");

        Assert.Equal(["pushed with " + Token[..8] + "... today"], _collector.Lines);
        Assert.Equal(1, Count("loki_secretfilter_secrets_redacted_total"));
    }

    [Theory]
    [InlineData(100u, "REDACTED")]
    [InlineData(0u, "ghp_0aB1...")]
    [InlineData(500u, "ghp_0aB1...")]
    [InlineData(95u, "gh...")]
    public async Task The_percentage_says_how_much_goes(uint percent, string expected)
    {
        await SendAsync(new() { ForwardTo = [_collector], RedactPercent = percent }, Token);

        Assert.Equal([expected], _collector.Lines);
    }

    [Fact]
    public async Task A_template_gets_the_rule_and_the_hash()
    {
        await SendAsync(new() { ForwardTo = [_collector], RedactWith = "<$SECRET_NAME:$SECRET_HASH>" }, Token);

        Assert.Equal(["<github-pat:8df76f0af27630b716315fb8483d744a9bbf38a3>"], _collector.Lines);
    }

    [Fact]
    public async Task A_secret_goes_wherever_it_stands_again_in_its_line()
    {
        await SendAsync(
            new() { ForwardTo = [_collector], RedactPercent = 100 },
            "postgres://app:" + "hunter2xyz@db/x failed, tried hunter2xyz");

        Assert.Equal(["postgres://app:REDACTED@db/x failed, tried REDACTED"], _collector.Lines);
        Assert.Equal(1, Count("loki_secretfilter_secrets_redacted_total"));
    }

    [Fact]
    public async Task A_batch_without_secrets_is_passed_on_itself_and_allocates_nothing()
    {
        var spy = new BatchSpy();
        var component = new LokiSecretfilter(_context);
        await component.ApplyAsync(new() { ForwardTo = [spy] }, default);
        using LogBatch batch = Batch("level=info msg=\"request done\" status=200", "GET /healthz 12ms");
        await component.ConsumeAsync(batch, default);
        Assert.Same(batch, spy.Last);

        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int i = 0; i < 1000; i++)
        {
            await component.ConsumeAsync(batch, default);
        }
        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }

    [Fact]
    public async Task Secrets_are_counted_by_rule_and_origin()
    {
        await SendAsync(new() { ForwardTo = [_collector], OriginLabel = "app" }, Token, "nothing here", Token);

        MetricSeries series = Family("loki_secretfilter_secrets_redacted_by_category_total").Series.Single();
        Assert.Equal(["/", "loki.secretfilter.default", "github-pat", "web"], series.LabelValues);
        Assert.Equal(2, ((Counter)series.Instrument).Value);
        Assert.Equal(3, ((Summary)Family("loki_secretfilter_processing_duration_seconds").Series.Single().Instrument).Count);
    }

    [Fact]
    public async Task At_rate_0_everything_passes_unchanged_and_is_counted()
    {
        await SendAsync(new() { ForwardTo = [_collector], Rate = 0 }, Token, Token);

        Assert.Equal([Token, Token], _collector.Lines);
        Assert.Equal(2, Count("loki_secretfilter_entries_bypassed_total"));
    }

    [Theory]
    [InlineData(false, 2, 0)]
    [InlineData(true, 0, 2)]
    public async Task When_the_time_is_over_entries_go_on_labelled_or_are_dropped(bool drop, int sent, int dropped)
    {
        using var context = new TestComponentContext("loki.secretfilter.slow", new RunningClock());
        var component = new LokiSecretfilter(context);
        await component.ApplyAsync(
            new() { ForwardTo = [_collector], ProcessingTimeout = TimeSpan.FromSeconds(1), DropOnTimeout = drop, LabelTimedOut = true }, default);
        using LogBatch batch = Batch(Token, Token);

        await component.ConsumeAsync(batch, default);

        Assert.Equal(sent, _collector.Entries.Count);
        Assert.All(_collector.Entries, static entry => Assert.Equal(Web.With("secretfilter", "timed-out"), entry.Labels));
        Assert.Equal(2, Count("loki_secretfilter_lines_timed_out_total", context));
        Assert.Equal(dropped, Count("loki_secretfilter_lines_dropped_total", context));
    }

    [Fact]
    public async Task A_file_of_rules_replaces_the_built_in_ones()
    {
        string path = Write("""
            [[rules]]
            id = "ticket"
            regex = '''ticket-(\d+)'''
            keywords = ["ticket-"]
            """);

        await SendAsync(new() { ForwardTo = [_collector], GitleaksConfig = path, RedactWith = "<$SECRET_NAME>" }, $"TICKET-1 ticket-77 {Token}");

        Assert.Equal([$"TICKET-1 ticket-<ticket> {Token}"], _collector.Lines);
    }

    [Fact]
    public async Task A_file_that_cannot_be_used_is_named()
    {
        var component = new LokiSecretfilter(_context);
        string path = Write("[[rules]]\nid = \"x\"\nregexp = \"y\"\n");

        ComponentException wrong = await Assert.ThrowsAsync<ComponentException>(
            async () => await component.ApplyAsync(new() { ForwardTo = [], GitleaksConfig = path }, default));

        Assert.Equal($"cannot use gitleaks_config {path}: rules.regexp is not supported", wrong.Message);
        await Assert.ThrowsAsync<ComponentException>(
            async () => await component.ApplyAsync(new() { ForwardTo = [], GitleaksConfig = path + ".none" }, default));
    }

    [Fact]
    public async Task The_receipt_travels_with_the_new_batch()
    {
        var spy = new BatchSpy();
        var component = new LokiSecretfilter(_context);
        await component.ApplyAsync(new() { ForwardTo = [spy] }, default);
        using LogBatch batch = Batch(Token);
        batch.Receipt = new NoReceipt();

        await component.ConsumeAsync(batch, default);

        Assert.NotSame(batch, spy.Last);
        Assert.Same(batch.Receipt, spy.LastReceipt);
    }

    public void Dispose() => _context.Dispose();

    private static LogBatch Batch(params string[] lines)
    {
        var batch = new LogBatch();
        foreach (string line in lines)
        {
            batch.Add(new LogEntry(Web, 1, batch.Bytes.Copy(Encoding.UTF8.GetBytes(line))));
        }
        return batch;
    }

    private async Task SendAsync(LokiSecretfilter.Arguments arguments, params string[] lines)
    {
        var component = new LokiSecretfilter(_context);
        await component.ApplyAsync(arguments, default);
        using LogBatch batch = Batch(lines);
        await component.ConsumeAsync(batch, default);
    }

    private string Write(string text)
    {
        string path = Path.Combine(_context.StoragePath, "rules.toml");
        File.WriteAllText(path, text);
        return path;
    }

    private long Count(string name, TestComponentContext? context = null) =>
        ((Counter)Family(name, context).Series.Single().Instrument).Value;

    private MetricFamily Family(string name, TestComponentContext? context = null) =>
        (context ?? _context).Registry.Families().Single(family => family.Name == name);

    /// <summary>A clock on which every look takes two seconds.</summary>
    private sealed class RunningClock : TimeProvider
    {
        private long _seconds;

        public override long TimestampFrequency => 1;

        public override long GetTimestamp() => _seconds += 2;
    }

    private sealed class BatchSpy : ILogConsumer
    {
        public LogBatch? Last { get; private set; }

        public Receipt? LastReceipt { get; private set; }

        public ValueTask ConsumeAsync(LogBatch batch, CancellationToken stop)
        {
            (Last, LastReceipt) = (batch, batch.Receipt);
            return ValueTask.CompletedTask;
        }
    }

    private sealed class NoReceipt : Receipt
    {
        protected override void OnSettled()
        {
        }
    }
}
