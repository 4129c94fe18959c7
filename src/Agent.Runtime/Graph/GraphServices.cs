using Agent.Runtime.Evaluation;
using Agent.Sdk;
using Agent.Sdk.Http;
using Agent.Sdk.Memory;
using Agent.Sdk.Metrics;
using Agent.Sdk.Sharing;
using Microsoft.Extensions.Logging;

namespace Agent.Runtime.Graph;

/// <summary>What all graphs of the process share.</summary>
public sealed record GraphServices
{
    public required BlockCatalog Catalog { get; init; }

    public required MetricRegistry Metrics { get; init; }

    public required ILoggerFactory Logging { get; init; }

    public required TimeProvider Time { get; init; }

    /// <summary>What expressions may use besides nodes.</summary>
    public required IScope Globals { get; init; }

    /// <summary>The folder of <c>--storage.path</c>.</summary>
    public required string StoragePath { get; init; }

    /// <summary>In front of the ids of all nodes, for a graph that runs beside the first one; empty for that.</summary>
    public string RootPath { get; init; } = "";

    /// <summary>Where running components serve their HTTP paths.</summary>
    public LocalHttp Local { get; init; } = new();

    /// <summary>Takes the metrics of components that are not to show any.</summary>
    internal MetricRegistry Hidden { get; } = new();

    public SharedResources Shared { get; init; } = new();

    /// <summary>Closed while the process is near its byte budget.</summary>
    public MemoryGate Memory { get; init; } = new();

    /// <summary>What components learn of the command line.</summary>
    public AgentOptions Options { get; init; } = AgentOptions.Default;

    /// <summary>Longest time that one component may take to accept its arguments; a reload never waits longer for it.</summary>
    public TimeSpan ApplyLimit { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>Longest time that a component may take to stop.</summary>
    public TimeSpan StopLimit { get; init; } = TimeSpan.FromSeconds(20);
}
