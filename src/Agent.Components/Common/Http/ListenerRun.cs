using Agent.Sdk;
using Agent.Sdk.Metrics;
using Microsoft.AspNetCore.Http;

namespace Agent.Components.Common.Http;

/// <summary>How a component listens.</summary>
/// <param name="Http">Where and how.</param>
/// <param name="MaxRequestBytes">A longer request is refused while it arrives.</param>
/// <param name="Graceful">Longest time to finish requests in progress when the other settings change.</param>
internal sealed record ListenerSettings(HttpServerOptions Http, long MaxRequestBytes, TimeSpan Graceful)
{
    public bool NeedsNewServer(ListenerSettings other) => (Http, MaxRequestBytes) != (other.Http, other.MaxRequestBytes);
}

/// <summary>Runs a component's HTTP server, and another one when its settings change.</summary>
/// <param name="context">The component.</param>
/// <param name="connections">Counts open connections.</param>
/// <param name="handler">Answers requests; the token is cancelled when requests in progress must end.</param>
internal sealed class ListenerRun(ComponentContext context, Gauge connections, Func<HttpContext, CancellationToken, Task> handler)
{
    private ListenerSettings? _settings;
    private TaskCompletionSource _changed = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>The port that the server listens on; 0 while it does not.</summary>
    public int Port { get; private set; }

    public void Apply(ListenerSettings settings)
    {
        ListenerSettings? old = Interlocked.Exchange(ref _settings, settings);
        if (old is not null && old.NeedsNewServer(settings))
        {
            Interlocked.Exchange(ref _changed, new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously)).SetResult();
        }
    }

    public async Task RunAsync(CancellationToken stop)
    {
        while (!stop.IsCancellationRequested)
        {
            // Taken before the settings: a change in between then starts the server once too often, never too rarely.
            Task changed = Volatile.Read(ref _changed).Task;
            await ServeAsync(Volatile.Read(ref _settings)!, changed, stop);
        }
    }

    private async Task ServeAsync(ListenerSettings settings, Task changed, CancellationToken stop)
    {
        using var cut = new CancellationTokenSource();
        await using HttpListenerHost host = await HttpListenerHost.StartAsync(
            settings.Http, settings.MaxRequestBytes, http => handler(http, cut.Token), CancellationToken.None, connections);
        Port = host.Port;
        context.ReportHealth(HealthState.Healthy, $"listening on port {host.Port}");
        await changed.WaitAsync(stop).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        Port = 0;
        if (stop.IsCancellationRequested)
        {
            // Senders that wait for a full queue would keep the process: they are told to come again.
            await cut.CancelAsync();
        }
        using var graceful = new CancellationTokenSource(settings.Graceful, context.Time);
        using CancellationTokenRegistration late = graceful.Token.Register(cut.Cancel);
        await host.StopAsync(graceful.Token);
    }
}
