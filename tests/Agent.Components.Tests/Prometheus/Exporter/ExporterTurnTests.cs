using Agent.Components.Prometheus.Exporter;

namespace Agent.Components.Tests.Prometheus.Exporter;

public sealed class ExporterTurnTests
{
    private readonly ExporterTurn _turn = new();

    [Fact]
    public async Task Scrapes_run_one_after_the_other()
    {
        int running = 0;
        int most = 0;
        int published = 0;
        await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => _turn.TryRunAsync(
            () =>
            {
                most = Math.Max(most, Interlocked.Increment(ref running));
                Thread.Yield();
            },
            () =>
            {
                Interlocked.Decrement(ref running);
                published++;
            },
            CancellationToken.None)));

        Assert.Equal((1, 20), (most, published));
    }

    [Fact]
    public async Task Who_gives_up_returns_at_once_and_the_next_waits_for_the_work_to_end()
    {
        using var hang = new ManualResetEventSlim();
        using var stop = new CancellationTokenSource();
        bool published = false;
        Task first = _turn.TryRunAsync(hang.Wait, () => published = true, stop.Token);
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => first);
        Task<bool> second = _turn.TryRunAsync(static () => { }, static () => { }, CancellationToken.None);
        Assert.False(second.IsCompleted);

        hang.Set();

        Assert.True(await second);
        Assert.False(published);
    }

    [Fact]
    public async Task Work_that_fails_fails_its_scrape_alone()
    {
        await Assert.ThrowsAsync<InvalidOperationException>(
            () => _turn.TryRunAsync(static () => throw new InvalidOperationException("no"), static () => { }, CancellationToken.None));

        Assert.True(await _turn.TryRunAsync(static () => { }, static () => { }, CancellationToken.None));
    }

    [Fact]
    public async Task What_it_works_with_is_disposed_of_once_the_work_is_over()
    {
        using var hang = new ManualResetEventSlim();
        using var stop = new CancellationTokenSource();
        var resource = new MemoryStream();
        Task<bool> running = _turn.TryRunAsync(hang.Wait, static () => { }, stop.Token);
        Task closing = _turn.CloseAsync(resource);
        Assert.True(resource.CanRead);

        hang.Set();

        Assert.True(await running);
        await closing;
        Assert.False(resource.CanRead);
        Assert.False(await _turn.TryRunAsync(static () => Assert.Fail("it is closed"), static () => { }, CancellationToken.None));
    }
}
