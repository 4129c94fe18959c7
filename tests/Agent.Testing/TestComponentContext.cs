using Agent.Sdk;
using Agent.Sdk.Http;
using Agent.Sdk.Memory;
using Agent.Sdk.Metrics;
using Agent.Sdk.Sharing;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Agent.Testing;

/// <summary>A context for one component on its own: remembers what it exported and how it felt.</summary>
public sealed class TestComponentContext : ComponentContext, IDisposable
{
    private readonly bool _ownsFolder;

    /// <param name="id">Name and label of the component.</param>
    /// <param name="time">The clock; the system's by default.</param>
    /// <param name="storage">A folder that outlives the context; by default one that goes with it.</param>
    public TestComponentContext(string id = "test.component.default", TimeProvider? time = null, string? storage = null)
    {
        _ownsFolder = storage is null;
        StoragePath = storage ?? Directory.CreateTempSubdirectory("invar-test-").FullName;
        Id = id;
        Time = time ?? TimeProvider.System;
        Metrics = Registry.Scope(new("component_path", "/"), new("component_id", id));
    }

    public MetricRegistry Registry { get; } = new();

    public override string Id { get; }

    public override string Label => Id[(Id.LastIndexOf('.') + 1)..];

    public override string StoragePath { get; }

    public override ILogger Logger => Log;

    /// <summary>Where the component logs to; nowhere by default.</summary>
    public ILogger Log { get; init; } = NullLogger.Instance;

    public override MetricScope Metrics { get; }

    public override TimeProvider Time { get; }

    public override LocalHttp Local { get; } = new();

    /// <summary>Nobody else's by default.</summary>
    public override SharedResources Shared => SharedWith;

    public SharedResources SharedWith { get; init; } = new();

    /// <summary>Open, until a test closes it.</summary>
    public override MemoryGate Memory { get; } = new();

    public override AgentOptions Options => CommandLine;

    /// <summary>What the command line says; nothing by default.</summary>
    public AgentOptions CommandLine { get; set; } = AgentOptions.Default;

    /// <summary>What the component exported last, or null.</summary>
    public object? LastExports { get; private set; }

    public HealthState Health { get; private set; }

    public string HealthMessage { get; private set; } = "";

    /// <summary>Raised on the component's thread whenever it exports.</summary>
    public event Action<object>? Exported;

    public override void Export(object exports)
    {
        LastExports = exports;
        Exported?.Invoke(exports);
    }

    public override void ReportHealth(HealthState state, string message) => (Health, HealthMessage) = (state, message);

    public void Dispose()
    {
        Metrics.Dispose();
        if (_ownsFolder)
        {
            Directory.Delete(StoragePath, recursive: true);
        }
    }
}
