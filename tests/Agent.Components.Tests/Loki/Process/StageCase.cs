using System.Text;
using System.Text.Json;
using Agent.Components.Loki.Process;
using Agent.Sdk;
using Agent.Sdk.Decoding;
using Agent.Syntax;
using Agent.Telemetry;
using Agent.Telemetry.Logs;
using Agent.Testing;

namespace Agent.Components.Tests.Loki.Process;

/// <summary>One golden case of a stage: stages as text, entries in, entries out.</summary>
internal sealed class StageCase(JsonElement json)
{
    // The day on which the data was recorded: times without a year depend on it.
    private static readonly DateTimeOffset Recorded = new(2026, 11, 20, 12, 0, 0, TimeSpan.Zero);

    private readonly DiagnosticBag _diagnostics = new();

    public string Id => json.GetProperty("id").GetString()!;

    /// <summary>False where a stage is used that this build does not have.</summary>
    public bool IsSupported
    {
        get
        {
            BlockValue? block = AlloyBlock.Read(Text, new DiagnosticBag());
            var known = Agent.Components.GeneratedCatalog.Stages.Select(static stage => stage.Name).ToHashSet(StringComparer.Ordinal);
            return block is null || AlloyBlock.Names(block)
                .Where(static name => name.StartsWith("stage.", StringComparison.Ordinal))
                .All(name => known.Contains(name) || known.Contains(name["stage.".Length..]));
        }
    }

    private string Text => $"loki.process \"test\" {{\nforward_to = []\n{json.GetProperty("alloy").GetString()}\n}}\n";

    /// <summary>Null where the case passes. <paramref name="together"/>: all entries in one batch instead of one each.</summary>
    public string? Check(bool together)
    {
        LokiProcess.Arguments? arguments = Decode();
        if (json.TryGetProperty("expected_config_error", out _))
        {
            return arguments is null ? null : "the configuration was accepted";
        }
        if (arguments is null)
        {
            return $"the configuration was refused: {string.Join("; ", _diagnostics)}";
        }
        var time = new FakeTimeProvider(Recorded);
        using var context = new TestComponentContext("loki.process.test", time);
        var collector = new LogCollector();
        var process = new LokiProcess(context);
        Complete(process.ApplyAsync(arguments with { ForwardTo = [collector] }, default));
        Send(process, time, together);
        Complete(new ValueTask(process.RunAsync(new CancellationToken(canceled: true))));
        return new StageExpectation(json, time).Compare(collector.Entries, context.Registry);
    }

    private LokiProcess.Arguments? Decode()
    {
        ComponentDescriptor descriptor = Agent.Components.GeneratedCatalog.Components.Single(static component => component.Name == "loki.process");
        BlockValue? block = AlloyBlock.Read(Text, _diagnostics);
        return block is null || _diagnostics.HasErrors ? null : (LokiProcess.Arguments?)descriptor.Decode(block, _diagnostics);
    }

    private void Send(LokiProcess process, FakeTimeProvider time, bool together)
    {
        using var batch = new LogBatch();
        foreach (JsonElement entry in json.GetProperty("input").EnumerateArray())
        {
            if (entry.TryGetProperty("delay_ms", out JsonElement delay))
            {
                time.Advance(TimeSpan.FromMilliseconds(delay.GetDouble()));
            }
            batch.Add(ReadEntry(entry));
            if (!together)
            {
                Pass(process.ConsumeAsync(batch, default), time);
                batch.Clear();
            }
        }
        Pass(process.ConsumeAsync(batch, default), time);
    }

    // Stages may make lines wait: time passes until they are through.
    private static void Pass(ValueTask sent, FakeTimeProvider time)
    {
        Task done = sent.AsTask();
        while (!done.IsCompleted)
        {
            Assert.True(SpinWait.SpinUntil(() => done.IsCompleted || time.ArmedTimers > 0, TimeSpan.FromSeconds(30)), "the call did not end");
            time.Advance(TimeSpan.FromMilliseconds(1));
        }
        Complete(new ValueTask(done));
    }

    private static LogEntry ReadEntry(JsonElement entry)
    {
        LabelSet labels = LabelSet.From(entry.GetProperty("labels").EnumerateObject()
            .Select(static label => KeyValuePair.Create(label.Name, label.Value.GetString()!)));
        byte[] line = entry.TryGetProperty("line_base64", out JsonElement base64)
            ? base64.GetBytesFromBase64()
            : Encoding.UTF8.GetBytes(entry.GetProperty("line").GetString()!);
        MetadataPair[] metadata = entry.TryGetProperty("structured_metadata", out JsonElement pairs)
            ? [.. pairs.EnumerateArray().Select(static pair => new MetadataPair(pair[0].GetString()!, Encoding.UTF8.GetBytes(pair[1].GetString()!)))]
            : [];
        return new LogEntry(labels, WrappedNanos.Parse(entry.GetProperty("timestamp").GetString()!), line, metadata);
    }

    private static void Complete(ValueTask task) => Assert.True(task.IsCompletedSuccessfully, "the call did not end at once");
}
