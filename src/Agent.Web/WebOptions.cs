using Agent.Runtime;
using Agent.Runtime.Graph;
using Agent.Sdk.Memory;
using Agent.Sdk.Metrics;
using Agent.Web.Access;
using Agent.Web.LiveDebugging;
using Microsoft.Extensions.Logging;

namespace Agent.Web;

/// <summary>What the command line says about the HTTP server.</summary>
public sealed record WebOptions
{
    /// <summary><c>HOST:PORT</c>; without a host all addresses, port 0 any free port.</summary>
    public required string ListenAddress { get; init; }

    /// <summary>Path under which the pages and their API are served.</summary>
    public string PathPrefix { get; init; } = "/";

    public bool SupportBundle { get; init; } = true;

    /// <summary>False where nothing may be changed over HTTP: the configuration is then loaded again by a signal, or because it changed on disk.</summary>
    public bool AllowsChanges { get; init; } = true;

    /// <summary>Whether the UI may ask a target for its metrics and show the answer.</summary>
    public bool RawScrapes { get; init; } = true;

    /// <summary>The command line's flags, for the support bundle.</summary>
    public IReadOnlyList<string> Flags { get; init; } = [];

    /// <summary>The agent's version, for the support bundle.</summary>
    public string Version { get; init; } = "";

    /// <summary>What the agent was built of.</summary>
    public string Revision { get; init; } = "";
}

/// <summary>What the HTTP server shows and drives.</summary>
public sealed record WebServices
{
    public required AgentRuntime Runtime { get; init; }

    /// <summary>The second controller, which runs what came from a server; null while there is none.</summary>
    public Func<AgentRuntime?> Remote { get; init; } = static () => null;

    /// <summary>What runs in both; the ids are unique in the process.</summary>
    internal IEnumerable<ComponentNode> Nodes => Runtime.Graph.Nodes.Concat(Remote()?.Graph.Nodes ?? []);

    /// <summary>Where the self-metrics of all components are; those that are not exposed count all the same.</summary>
    internal IEnumerable<MetricRegistry> Registries => Nodes.Select(static node => node.Metrics).Append(Metrics).Distinct();

    public required BlockCatalog Catalog { get; init; }

    public required MetricRegistry Metrics { get; init; }

    public required ILoggerFactory Logging { get; init; }

    public required TimeProvider Time { get; init; }

    public required HttpAccess Access { get; init; }

    public required LiveDebuggingState LiveDebugging { get; init; }

    /// <summary>How much of the process's byte budget is in use; null where nothing keeps one.</summary>
    public Func<MemoryState>? Memory { get; init; }

    /// <summary>Loads the configuration again.</summary>
    public required Func<Task<LoadResult>> Reload { get; init; }

    /// <summary>The last lines of the agent's own log, oldest first.</summary>
    public Func<IReadOnlyList<string>> RecentLog { get; init; } = static () => [];

    /// <summary>Lines of the agent's own log behind a number of them, and how many there are by now.</summary>
    public Func<long, (long Written, IReadOnlyList<string> Lines)> LogSince { get; init; } = static _ => (0, []);

    /// <summary>The reference page of a component as Markdown; null where there is none of that name.</summary>
    public Func<string, string?> Reference { get; init; } = static _ => null;
}
