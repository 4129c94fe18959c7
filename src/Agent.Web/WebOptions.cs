using Agent.Runtime;
using Agent.Runtime.Graph;
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

    /// <summary>The command line's flags, for the support bundle.</summary>
    public IReadOnlyList<string> Flags { get; init; } = [];

    /// <summary>The agent's version, for the support bundle.</summary>
    public string Version { get; init; } = "";
}

/// <summary>What the HTTP server shows and drives.</summary>
public sealed record WebServices
{
    public required AgentRuntime Runtime { get; init; }

    public required BlockCatalog Catalog { get; init; }

    public required MetricRegistry Metrics { get; init; }

    public required ILoggerFactory Logging { get; init; }

    public required TimeProvider Time { get; init; }

    public required HttpAccess Access { get; init; }

    public required LiveDebuggingState LiveDebugging { get; init; }

    /// <summary>Loads the configuration again.</summary>
    public required Func<Task<LoadResult>> Reload { get; init; }

    /// <summary>The last lines of the agent's own log, oldest first.</summary>
    public Func<IReadOnlyList<string>> RecentLog { get; init; } = static () => [];
}
