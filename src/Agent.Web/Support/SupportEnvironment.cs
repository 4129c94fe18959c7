namespace Agent.Web.Support;

/// <summary>The environment variables that change how the agent runs; no others are shown.</summary>
internal static class SupportEnvironment
{
    private static readonly string[] Names =
    [
        "ALLOY_DEPLOY_MODE", "AUTOMEMLIMIT", "GODEBUG", "GOGC", "GOMAXPROCS", "GOMEMLIMIT", "HOSTNAME", "K8S_NODE_NAME",
        "HTTP_PROXY", "http_proxy", "HTTPS_PROXY", "https_proxy", "NO_PROXY", "no_proxy",
        "PPROF_BLOCK_PROFILING_RATE", "PPROF_MUTEX_PROFILING_PERCENT",
        "DOTNET_GCHeapHardLimit", "DOTNET_GCConserveMemory", "DOTNET_gcServer", "DOTNET_TieredPGO",
    ];

    /// <summary><c>NAME=value</c> for each; the password of a proxy's address is left out.</summary>
    public static IReadOnlyList<string> Read(Func<string, string?> environment) =>
        [.. Names.Select(name => $"{name}={UrlPasswords.Redact(environment(name) ?? "")}")];
}
