using System.Net;
using Agent.Components.Common.Relabel;
using Agent.Sdk;
using Agent.Sdk.Declarations;
using Agent.Syntax.Values;
using Agent.Telemetry.Logs;

namespace Agent.Components.Loki.SourceSyslog;

/// <summary>Receives syslog messages over TCP and UDP and forwards them as log entries.</summary>
/// <example>
/// loki.source.syslog "local" {
///     listener {
///         address = "127.0.0.1:51893"
///         labels  = { job = "syslog" }
///     }
///     forward_to = []
/// }
/// </example>
/// <remarks>
/// While receivers do not take entries, connections are not read, and datagrams wait in the system's buffer and are dropped by it when it is full.
/// A message of RFC 6587 lines is forwarded when the next one starts, or 250 ms after its line break, since further lines may belong to it.
/// </remarks>
[Component("loki.source.syslog")]
public sealed class LokiSourceSyslog : IComponent<LokiSourceSyslog.Arguments>, IDebuggable
{
    private readonly ComponentContext _context;
    private readonly ListenerServices _services;
    private readonly ListenerSet _listeners;
    private volatile Arguments? _arguments;
    private TaskCompletionSource _changed = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public LokiSourceSyslog(ComponentContext context)
    {
        _context = context;
        _services = new ListenerServices(context, ReportHealth);
        _listeners = new ListenerSet(_services);
    }

    public sealed record Arguments
    {
        /// <summary>Receivers of the entries.</summary>
        public required ValueList<ILogConsumer> ForwardTo { get; init; }

        /// <summary>Rules that change the labels of entries before they are forwarded; they see the labels that start with `__syslog_`.</summary>
        public RelabelRules RelabelRules { get; init; } = RelabelRules.Empty;

        /// <summary>Where messages are received; repeat the block for several places.</summary>
        [Block] public ValueList<ListenerOptions> Listener { get; init; } = [];
    }

    /// <summary>Where the listeners listen, in their order; null for one that does not.</summary>
    internal IReadOnlyList<IPEndPoint?> BoundTo => _listeners.BoundTo;

    public ValueTask ApplyAsync(Arguments arguments, CancellationToken stop)
    {
        // Receivers and rules count from the next batch on, without touching a listener.
        _services.Apply(arguments);
        Arguments? old = _arguments;
        _arguments = arguments;
        if (old is not null && !old.Listener.Equals(arguments.Listener))
        {
            Interlocked.Exchange(ref _changed, new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously)).SetResult();
        }
        return ValueTask.CompletedTask;
    }

    public async Task RunAsync(CancellationToken stop)
    {
        try
        {
            while (!stop.IsCancellationRequested)
            {
                // Taken before the arguments: a change in between is then followed once too often, never too rarely.
                Task changed = Volatile.Read(ref _changed).Task;
                await _listeners.FollowAsync(_arguments!.Listener);
                await _listeners.WaitAsync(changed).WaitAsync(stop);
            }
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            // Asked to.
        }
        finally
        {
            await _listeners.StopAsync();
        }
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    public Value DebugState() => _listeners.DebugState();

    private void ReportHealth()
    {
        (HealthState state, string message) = _listeners.Health();
        _context.ReportHealth(state, message);
    }
}
