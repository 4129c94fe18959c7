using Agent.Sdk.Http;
using Agent.Sdk.Memory;
using Agent.Sdk.Metrics;
using Agent.Sdk.Sharing;
using Microsoft.Extensions.Logging;

namespace Agent.Sdk;

public enum HealthState
{
    Unknown,
    Healthy,
    Unhealthy,
    Exited,
}

/// <summary>What the runtime gives to one component.</summary>
public abstract class ComponentContext
{
    /// <summary>Name and label, such as <c>loki.write.local</c>; unique within its module.</summary>
    public abstract string Id { get; }

    /// <summary>The id behind the path of the modules that the component is part of, such as <c>feature.default/loki.write.local</c>; unique within the process.</summary>
    public virtual string GlobalId => Id;

    /// <summary>The label alone.</summary>
    public abstract string Label { get; }

    /// <summary>A folder of the component's own for what must survive a restart: <c>STORAGE/ID</c>. Created by who first writes.</summary>
    public abstract string StoragePath { get; }

    /// <summary>The folder of the module that the component is part of: what relative imports are resolved against. Empty where there is none.</summary>
    public virtual string ModulePath => "";

    /// <summary>Logs with <c>component_path</c> and <c>component_id</c>.</summary>
    public abstract ILogger Logger { get; }

    /// <summary>Self-metrics that carry <c>component_path</c> and <c>component_id</c> and go when the component goes.</summary>
    public abstract MetricScope Metrics { get; }

    public abstract TimeProvider Time { get; }

    /// <summary>HTTP paths of the process's own components, reached without a socket.</summary>
    public abstract LocalHttp Local { get; }

    /// <summary>What components of the process use together.</summary>
    public abstract SharedResources Shared { get; }

    /// <summary>What sources wait for before they read on, and what push receivers ask before they take something.</summary>
    public virtual MemoryGate Memory => MemoryGate.AlwaysOpen;

    /// <summary>What the command line says.</summary>
    public virtual AgentOptions Options => AgentOptions.Default;

    /// <summary>
    /// Publishes the component's exports; equal ones (by content) are ignored, changed ones re-evaluate what refers to them. May be
    /// called from any thread; the first call comes from the constructor or the first <c>ApplyAsync</c> wherever possible.
    /// </summary>
    public abstract void Export(object exports);

    /// <summary>What the component knows of its own health; the runtime adds what it sees (failed evaluation, exceptions).</summary>
    public abstract void ReportHealth(HealthState state, string message);
}
