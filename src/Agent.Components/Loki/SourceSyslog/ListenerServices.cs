using Agent.Sdk;
using Agent.Sdk.Memory;
using Agent.Telemetry.Logs;
using Microsoft.Extensions.Logging;

namespace Agent.Components.Loki.SourceSyslog;

/// <summary>What the listeners of a component share.</summary>
internal sealed class ListenerServices(ComponentContext context, Action onStateChanged)
{
    private volatile SyslogSettings? _settings;

    public SyslogMetrics Metrics { get; } = new(context.Metrics);

    public HostNames Names { get; } = new(context.Time);

    public TimeProvider Time => context.Time;

    public ILogger Logger => context.Logger;

    /// <summary>Nothing is received while it is closed.</summary>
    public MemoryGate Memory => context.Memory;

    public SyslogSettings Settings => _settings ?? throw new InvalidOperationException("BUG: loki.source.syslog listens before it has arguments");

    public void Apply(LokiSourceSyslog.Arguments arguments) => _settings = SyslogSettings.From(arguments, _settings);

    public void OnStateChanged() => onStateChanged();

    /// <summary>Hands a batch on and empties it. What is not taken before <paramref name="stop"/> is lost: syslog cannot be asked to repeat it.</summary>
    public async ValueTask SendAsync(LogBatch batch, CancellationToken stop)
    {
        if (batch.Count > 0)
        {
            Memory.Count(batch.LineBytes);
            await Settings.Next.ConsumeAsync(batch, stop).ConfigureAwait(false);
            Metrics.Entries.Add(batch.Count);
        }
        batch.Clear();
    }
}
