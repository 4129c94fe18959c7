using Agent.Testing;

namespace Agent.EndToEnd;

/// <summary>Ends of the process, asked for and not, while lines are written.</summary>
public sealed class StopTests : IDisposable
{
    private readonly Workspace _workspace = new();

    public void Dispose() => _workspace.Dispose();

    [NativeFact]
    public async Task What_was_read_before_SIGTERM_is_delivered_and_the_next_start_goes_on_without_gaps_or_duplicates()
    {
        await using LokiSink sink = await LokiSink.StartAsync();
        _workspace.Configure(Pipelines.Files + Pipelines.To(sink));
        await using var numbers = new Sequence(_workspace.LogPath("a.log"), "a");
        numbers.Start();
        for (int run = 1; run <= 3; run++)
        {
            await using RunningAgent agent = await RunningAgent.StartAsync(_workspace);
            await sink.ReceivedAsync(sink.Count + 500);
            double read = (await agent.MetricAsync("loki_source_file_read_lines_total"))!.Value;
            int before = sink.Count;

            Assert.Equal(0, await agent.StopAsync());

            Assert.DoesNotContain(agent.Lines, static line => line.Contains("did not", StringComparison.Ordinal));
            Assert.True(sink.Count >= before);
            Assert.InRange(sink.Count, read, numbers.Written);
        }
        await numbers.StopAsync();
        await using RunningAgent last = await RunningAgent.StartAsync(_workspace);
        await numbers.ArrivedAsync(sink);
        numbers.AssertOnceEach(sink);
    }

    [NativeFact]
    public async Task Kill_9_leaves_no_gap_and_doubles_at_most_one_batch()
    {
        await using LokiSink sink = await LokiSink.StartAsync();
        _workspace.Configure((Pipelines.Files + Pipelines.To(sink)).Replace("\"100ms\"", "\"500ms\"", StringComparison.Ordinal));
        await using var numbers = new Sequence(_workspace.LogPath("a.log"), "a");
        numbers.Start();
        const int Kills = 3;
        for (int run = 0; run < Kills; run++)
        {
            await using RunningAgent agent = await RunningAgent.StartAsync(_workspace);
            int requests = sink.Requests;
            await Eventually.TrueAsync(() => sink.Requests >= requests + 3, () => $"{sink.Requests - requests} of 3 batches came");
            agent.Crash();
        }
        await numbers.StopAsync();
        await using RunningAgent last = await RunningAgent.StartAsync(_workspace);
        await numbers.ArrivedAsync(sink);

        Assert.Equal("", Sequence.Differences(numbers.Arrivals(sink.Lines), static times => times == 0));
        // A batch of which any line came twice.
        int doubled = sink.Entries.GroupBy(static entry => entry.Line).Where(static same => same.Count() > 1)
            .Select(static same => same.First().Request).Distinct().Count();
        Assert.InRange(doubled, 0, Kills);
    }
}
