using System.Net;
using Agent.Sdk;
using Agent.Syntax.Values;

namespace Agent.Components.Loki.SourceSyslog;

/// <summary>The listeners that run, in the order of the configuration.</summary>
internal sealed class ListenerSet(ListenerServices services)
{
    private volatile Running[] _running = [];

    private sealed record Running(SyslogListener Listener, CancellationTokenSource Stop, Task Task);

    public IReadOnlyList<IPEndPoint?> BoundTo => [.. _running.Select(static one => one.Listener.BoundTo)];

    /// <summary>Leaves alone what stays as it is; ends the rest before it starts what is new, which may want the same ports.</summary>
    public async Task FollowAsync(ValueList<ListenerOptions> wanted)
    {
        List<Running> unused = [.. _running];
        var next = new Running?[wanted.Count];
        for (int i = 0; i < wanted.Count; i++)
        {
            next[i] = unused.Find(one => one.Listener.Options == wanted[i]);
            unused.Remove(next[i]!);
        }
        _running = [.. next.OfType<Running>()];
        await EndAsync(unused).ConfigureAwait(false);
        for (int i = 0; i < wanted.Count; i++)
        {
            next[i] ??= Start(wanted[i]);
        }
        _running = [.. next.OfType<Running>()];
        services.OnStateChanged();
    }

    public async Task StopAsync()
    {
        Running[] all = _running;
        _running = [];
        await EndAsync(all).ConfigureAwait(false);
    }

    /// <summary>Completes, with the failure, when a listener fails.</summary>
    public async Task WaitAsync(Task changed)
    {
        Task ended = await Task.WhenAny([changed, .. _running.Select(static one => one.Task)]).ConfigureAwait(false);
        await ended.ConfigureAwait(false);
    }

    /// <summary>What does not listen and why; empty where all is well.</summary>
    public (HealthState State, string Message) Health()
    {
        Running[] running = _running;
        string[] problems = [.. running.Select(static one => one.Listener.Problem).Where(static problem => problem.Length > 0)];
        if (problems.Length > 0)
        {
            return (HealthState.Unhealthy, problems.Length == 1 ? problems[0] : $"{problems[0]}; and {problems.Length - 1} more of {running.Length} listeners");
        }
        IEnumerable<string> places = running.Where(static one => one.Listener.BoundTo is not null)
            .Select(static one => $"{one.Listener.BoundTo} ({one.Listener.ProtocolName})");
        string list = string.Join(", ", places);
        return (HealthState.Healthy, list.Length > 0 ? $"listening on {list}" : "no listener yet");
    }

    public Value DebugState() => new MapValue(new Dictionary<string, Value>(StringComparer.Ordinal)
    {
        ["listeners_info"] = new ListValue([.. _running.Select(static one => Describe(one.Listener))]),
    });

    private static MapValue Describe(SyslogListener listener) => new MapValue(new Dictionary<string, Value>(StringComparer.Ordinal)
    {
        ["ready"] = Value.Of(listener.BoundTo is not null),
        ["listen_address"] = Value.Of(listener.BoundTo?.ToString() ?? listener.Options.Address),
        ["protocol"] = Value.Of(listener.ProtocolName),
        ["labels"] = Value.Of(listener.FixedLabels.ToString()),
        ["error"] = Value.Of(listener.Problem),
    });

    private static async Task EndAsync(IReadOnlyList<Running> ending)
    {
        foreach (Running one in ending)
        {
            await one.Stop.CancelAsync().ConfigureAwait(false);
        }
        foreach (Running one in ending)
        {
            await one.Task.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            one.Stop.Dispose();
        }
    }

    private Running Start(ListenerOptions options)
    {
        var listener = new SyslogListener(options, services);
        var stop = new CancellationTokenSource();
        CancellationToken token = stop.Token;
        return new Running(listener, stop, Task.Run(() => listener.RunAsync(token), CancellationToken.None));
    }
}
