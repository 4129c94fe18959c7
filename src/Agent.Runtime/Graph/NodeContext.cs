using Agent.Sdk;
using Agent.Sdk.Http;
using Agent.Sdk.Memory;
using Agent.Sdk.Metrics;
using Agent.Sdk.Sharing;
using Microsoft.Extensions.Logging;

namespace Agent.Runtime.Graph;

/// <summary>What one node's component sees of the runtime.</summary>
internal sealed class NodeContext(ComponentNode node, GraphServices services, ILogger logger, MetricScope metrics) : ComponentContext
{
    public override string Id => node.LocalId;

    public override string GlobalId => node.Id;

    public override string Label => node.Definition.Block.Label ?? "";

    public override string StoragePath => Path.Combine(services.StoragePath, node.Id);

    public override string ModulePath => node.Frame.ModulePath;

    public override ILogger Logger => logger;

    public override MetricScope Metrics => metrics;

    public override TimeProvider Time => services.Time;

    public override LocalHttp Local => services.Local;

    public override SharedResources Shared => services.Shared;

    public override MemoryGate Memory => services.Memory;

    public override AgentOptions Options => services.Options;

    public override void Export(object exports) => node.SetExports(exports);

    public override void ReportHealth(HealthState state, string message) =>
        node.Health.Report(HealthSource.Component, state, message);
}
