using Agent;
using Agent.CommandLine;
using Agent.Sdk;

// The only place that names everything: what is not listed here is not part of the build.
var build = new AgentBuild
{
    Components = new ComponentCatalog(Agent.Components.GeneratedCatalog.Components, Agent.Components.GeneratedCatalog.Stages),
    ConfigBlocks = [.. Agent.Runtime.GeneratedCatalog.ConfigBlocks, .. Agent.Web.GeneratedCatalog.ConfigBlocks, .. Agent.Components.GeneratedCatalog.ConfigBlocks],
    Checks = [new Agent.Components.Discovery.Kubernetes.Duplicates.DuplicateCollection(Environment.GetEnvironmentVariable)],
};
return await AgentCommandLine.RunAsync(args, build, Terminal.OfProcess()).ConfigureAwait(false);
