using System.CommandLine;
using System.CommandLine.Parsing;
using Agent.Run;
using Agent.Sdk.Declarations;
using Agent.Sdk.Http;

namespace Agent.CommandLine;

/// <summary>The flags of <c>alloy run</c>, and our own.</summary>
internal sealed class RunFlags
{
    private const string NoClustering = "clustering is not supported yet";

    private readonly Option<string> _listen = Flag.Text("--server.http.listen-addr", "127.0.0.1:12345", "Address to listen for HTTP traffic on");
    private readonly Option<string> _memory = Flag.Text(
        "--server.http.memory-addr", LocalHttp.DefaultAddress,
        "Address to listen for in-memory HTTP traffic on. Change if it collides with a real address");

    private readonly Option<string> _prefix = Flag.Text("--server.http.ui-path-prefix", "/", "Prefix to serve the HTTP UI at");
    private readonly Option<bool> _noBundle = Flag.Bool("--server.http.disable-support-bundle", false, "Disable /-/support support bundle retrieval.");
    private readonly Option<bool> _readOnly = Flag.Bool("--server.http.read-only", false, "Refuse requests that change something, such as a reload");
    private readonly Option<bool> _noRawScrapes = Flag.Bool(
        "--server.http.disable-raw-scrapes", false, "Do not show in the UI what a target answers when it is asked for its metrics");

    private readonly Option<string> _storage = Flag.Text("--storage.path", "data-alloy/", "Base directory where components can store data");
    private readonly Option<Stability> _stability = Flag.StabilityLevel();
    private readonly Option<bool> _watch = Flag.Bool("--config.watch", false, "Reload when the configuration changes on disk");

    private readonly Option<TimeSpan> _shutdown = Flag.Duration(
        "--feature.component-shutdown-deadline", TimeSpan.FromMinutes(10), "Maximum duration to wait for a component to shut down");

    private readonly KubernetesFlags _kubernetes;
    private readonly ConversionFlags _conversion = new();
    private readonly List<(Option Option, string Reason)> _notHonoured = [];
    private readonly List<Option> _experimental = [];
    private readonly List<Option> _silent = [];

    /// <param name="environment">The value of an environment variable, or null.</param>
    public RunFlags(Func<string, string?> environment)
    {
        _kubernetes = new KubernetesFlags(environment);
        DeclareClustering();
        DeclareUnsupported();
        // Nothing is ever reported to anybody, and there are no Go profiles: both settings come to the same.
        _silent.Add(Flag.Bool("--disable-reporting", false, "Disable reporting of enabled components; nothing is ever reported"));
        _silent.Add(Flag.Bool("--server.http.enable-pprof", true, "Enable /debug/pprof profiling endpoints; this build has none"));
        _silent.Add(Flag.Text("--windows.priority", "normal", "Process priority to use when running on Windows"));
        foreach (string deprecated in (ReadOnlySpan<string>)["--cluster.use-discovery-v1", "--feature.prometheus.metric-validation-scheme"])
        {
            Option<bool> option = Flag.Bool(deprecated, false, "This flag is deprecated and has no effect.");
            option.Hidden = true;
            _silent.Add(option);
        }
    }

    public void AddTo(Command command)
    {
        IEnumerable<Option> own = [_listen, _memory, _prefix, _noBundle, _readOnly, _noRawScrapes, _storage, _stability, _watch, _shutdown];
        foreach (Option option in own.Concat(_notHonoured.Select(static pair => pair.Option)).Concat(_silent))
        {
            command.Options.Add(option);
        }
        _kubernetes.AddTo(command);
        _conversion.AddTo(command);
    }

    public string? Refusal(ParseResult result)
    {
        if ((_conversion.Refusal(result) ?? _kubernetes.Refusal(result)) is { } refusal)
        {
            return refusal;
        }
        Option? experimental = result.GetValue(_stability) == Stability.Experimental ? null : _experimental.Find(option => IsSet(result, option));
        return experimental is null
            ? null
            : $"'{experimental.Name}' can only be used at experimental stability level. Use --stability.level=experimental to enable.";
    }

    public RunOptions Read(ParseResult result, string path) => new()
    {
        Path = path,
        Format = _conversion.Read(result),
        ListenAddress = result.GetValue(_listen)!,
        MemoryAddress = result.GetValue(_memory)!,
        PathPrefix = result.GetValue(_prefix)!,
        SupportBundle = !result.GetValue(_noBundle),
        ReadOnly = result.GetValue(_readOnly),
        RawScrapes = !result.GetValue(_noRawScrapes),
        StoragePath = result.GetValue(_storage)!,
        Stability = result.GetValue(_stability),
        Watch = result.GetValue(_watch),
        ShutdownDeadline = result.GetValue(_shutdown),
        Components = _kubernetes.Read(result),
        Memory = MemoryLimit.Read(),
        Flags = [.. result.CommandResult.Children.OfType<OptionResult>().Where(static given => !given.Implicit).Select(Written)],
        Ignored = [.. _notHonoured.Where(pair => IsSet(result, pair.Option)).Select(static pair => new IgnoredFlag(pair.Option.Name, pair.Reason))],
    };

    private static string Written(OptionResult given) =>
        given.Tokens.Count == 0 ? given.Option.Name : $"{given.Option.Name}={string.Join(',', given.Tokens.Select(static token => token.Value))}";

    /// <summary>True where the user asks for something else than the default.</summary>
    private static bool IsSet(ParseResult result, Option option) => result.GetResult(option) is { Implicit: false } && option switch
    {
        Option<bool> flag => result.GetValue(flag),
        Option<string> text => result.GetValue(text) is { Length: > 0 },
        _ => true,
    };

    private void DeclareClustering()
    {
        _notHonoured.AddRange(
        [
            (Flag.Bool("--cluster.enabled", false, "Start in clustered mode"), NoClustering),
            (Flag.Text("--cluster.node-name", "", "The name to use for this node"), NoClustering),
            (Flag.Text("--cluster.advertise-address", "", "Address to advertise to the cluster"), NoClustering),
            (Flag.Text("--cluster.join-addresses", "", "Comma-separated list of addresses to join the cluster at"), NoClustering),
            (Flag.Text("--cluster.discover-peers", "", "List of key-value tuples for discovering peers"), NoClustering),
            (Flag.Text("--cluster.advertise-interfaces", "eth0,en0", "List of interfaces used to infer an address to advertise"), NoClustering),
            (Flag.Duration("--cluster.rejoin-interval", TimeSpan.FromSeconds(60), "How often to rejoin the list of peers"), NoClustering),
            (Flag.Number("--cluster.max-join-peers", 5, "Number of peers to join from the discovered set"), NoClustering),
            (Flag.Text("--cluster.name", "", "The name of the cluster to join"), NoClustering),
            (Flag.Bool("--cluster.enable-tls", false, "Specifies whether TLS should be used for communication between peers"), NoClustering),
            (Flag.Text("--cluster.tls-ca-path", "", "Path to the CA certificate file"), NoClustering),
            (Flag.Text("--cluster.tls-cert-path", "", "Path to the certificate file"), NoClustering),
            (Flag.Text("--cluster.tls-key-path", "", "Path to the key file"), NoClustering),
            (Flag.Text("--cluster.tls-server-name", "", "Server name to use for TLS communication"), NoClustering),
            (Flag.Number("--cluster.wait-for-size", 0, "Wait for the cluster to reach the specified number of instances"), NoClustering),
            (Flag.Duration("--cluster.wait-timeout", TimeSpan.Zero, "Maximum duration to wait for minimum cluster size"), NoClustering),
        ]);
    }

    private void DeclareUnsupported()
    {
        Option graph = Flag.Bool("--server.http.enable-graphql", false, "Enable the GraphQL API");
        Option playground = Flag.Bool("--server.http.enable-graphql-playground", false, "Enable the GraphQL playground UI");
        Option fanOut = Flag.Bool("--feature.prometheus.direct-fanout.enabled", false, "Enable experimental direct fanout for metric forwarding");
        _experimental.AddRange([graph, playground, fanOut]);
        _notHonoured.AddRange(
        [
            (graph, "there is no GraphQL API"),
            (playground, "there is no GraphQL API"),
            (fanOut, "metrics are always handed on without a label store"),
            (Flag.Bool("--feature.community-components.enabled", false, "Enable community components."), "this build has no community components"),
        ]);
    }
}
