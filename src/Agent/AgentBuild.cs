using System.Reflection;
using System.Runtime.InteropServices;
using Agent.Components.RemoteConfig;
using Agent.Run;
using Agent.Runtime.Graph;
using Agent.Runtime.Logging;
using Agent.Sdk;
using Agent.Sdk.Checks;
using Agent.Web.Access;
using Agent.Web.LiveDebugging;

namespace Agent;

/// <summary>What this build consists of.</summary>
internal sealed record AgentBuild
{
    public required ComponentCatalog Components { get; init; }

    public required IReadOnlyList<ConfigBlockDescriptor> ConfigBlocks { get; init; }

    /// <summary>What looks at a configuration as a whole.</summary>
    public IReadOnlyList<IConfigurationCheck> Checks { get; init; } = [];

    /// <summary>Version and, behind a plus sign, revision, as the build sets them.</summary>
    private static readonly string[] Stamp =
        (typeof(AgentBuild).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion ?? "0.0.0").Split('+', 2);

    public static string Version => Stamp[0];

    public static string Revision => Stamp.Length > 1 ? Stamp[1] : "";

    /// <summary>The form of Alloy's and Prometheus's <c>--version</c>.</summary>
    public static string VersionText => $"""
        invar, version {Version} (branch: , revision: {Revision})
          runtime:          {RuntimeInformation.FrameworkDescription}
          platform:         {(OperatingSystem.IsLinux() ? "linux" : "other")}/{RuntimeInformation.ProcessArchitecture.ToString().ToLowerInvariant()}
        """;

    /// <summary>What names of blocks mean, with config blocks that act on <paramref name="state"/>.</summary>
    public BlockCatalog Catalog(AgentState state) => new(
        Components,
        [
            ConfigBlockNode.Describe<LoggingBlock, LoggingBlock.Arguments>(Block("logging"), _ => new LoggingBlock(state.Log)),
            ConfigBlockNode.Describe<HttpBlock, HttpBlock.Arguments>(Block("http"), _ => new HttpBlock(state.Access)),
            ConfigBlockNode.Describe<LiveDebuggingBlock, LiveDebuggingBlock.Arguments>(
                Block("livedebugging"), _ => new LiveDebuggingBlock(state.LiveDebugging)),
            ConfigBlockNode.Describe<RemoteConfigBlock, RemoteConfigBlock.Arguments>(
                Block("remotecfg"), context => new RemoteConfigBlock(context, state.Remote, Version)),
        ])
    {
        Checks = Checks,
    };

    private ConfigBlockDescriptor Block(string name) => ConfigBlocks.First(block => block.Name == name);
}

/// <summary>What config blocks act on.</summary>
internal sealed record AgentState(AgentLog Log, HttpAccess Access, LiveDebuggingState LiveDebugging)
{
    /// <summary>Runs what <c>remotecfg</c> fetches.</summary>
    public RemoteGraph Remote { get; } = new();
}
