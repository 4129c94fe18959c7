using Agent.Sdk.Metrics;
using Agent.Telemetry.Logs;

namespace Agent.Runtime.Ports;

/// <summary>One arrow of the graph: what one component sends to the port of another.</summary>
/// <remarks>Kept as long as the sending component lives, so that arguments which name the same receiver again are equal.</remarks>
public sealed class LogEdge : ILogConsumer
{
    private readonly LogPort _port;

    internal LogEdge(string from, LogPort port, MetricScope metrics)
    {
        From = from;
        _port = port;
        Entries = metrics.Counter("invar_edge_entries_total", "Log entries handed from one component to another.", ("to_component_id", port.Owner));
        Bytes = metrics.Counter("invar_edge_bytes_total", "Bytes of log lines handed from one component to another.", ("to_component_id", port.Owner));
    }

    public string From { get; }

    public string To => _port.Owner;

    public Counter Entries { get; }

    public Counter Bytes { get; }

    internal LogPort Port => _port;

    public ValueTask ConsumeAsync(LogBatch batch, CancellationToken stop)
    {
        Entries.Add(batch.Count);
        Bytes.Add(batch.LineBytes);
        return _port.ConsumeAsync(batch, stop);
    }
}
