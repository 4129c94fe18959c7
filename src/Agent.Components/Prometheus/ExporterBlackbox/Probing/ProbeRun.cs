using System.Net;
using Agent.Components.Prometheus.ExporterBlackbox.Modules;

namespace Agent.Components.Prometheus.ExporterBlackbox.Probing;

/// <summary>One probe of one target: what it is told, and what it leaves behind.</summary>
internal sealed class ProbeRun(ProbeModule module, string target, ProbeServices services)
{
    public ProbeModule Module { get; } = module;

    public string Target { get; } = target;

    public ProbeServices Services { get; } = services;

    public ProbeSeries Series { get; } = new();

    public ProbeLog Log { get; } = new(services.Time, module.Name, target);

    /// <summary>A moment to measure from.</summary>
    public long Now => Services.Time.GetTimestamp();

    public double SecondsSince(long moment) => Services.Time.GetElapsedTime(moment).TotalSeconds;

    public double SecondsBetween(long from, long to) => Services.Time.GetElapsedTime(from, to).TotalSeconds;
}

/// <summary>What probes need of their surroundings.</summary>
/// <param name="Time">The clock.</param>
/// <param name="LookUp">All addresses of a host, in the system's order.</param>
internal sealed record ProbeServices(TimeProvider Time, Func<string, CancellationToken, Task<IPAddress[]>> LookUp);

/// <summary>One kind of probe.</summary>
internal interface IProber
{
    /// <summary>Whether the target is well. Ends when <paramref name="stop"/> fires, which the probe's timeout does too.</summary>
    /// <exception cref="ProbeException">It is not; the message says why.</exception>
    Task<bool> ProbeAsync(ProbeRun run, CancellationToken stop);
}

/// <summary>A probe has failed for a reason that its log shall name.</summary>
internal sealed class ProbeException(string message, Exception? inner = null) : Exception(message, inner);
