using Agent.Telemetry.Logs;
using Agent.Telemetry.Metrics;

namespace Agent.Runtime.Ports;

/// <summary>Looks at what passes an edge, on the thread of whoever sends it.</summary>
/// <remarks>It must be quick, never wait and never throw; and what it keeps of a batch it copies.</remarks>
public interface IEdgeWatcher
{
    void See(LogBatch batch);

    void See(MetricBatch batch);
}
