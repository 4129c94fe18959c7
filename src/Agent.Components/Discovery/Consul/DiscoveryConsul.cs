using System.Threading.Channels;
using Agent.Components.Common.Http;
using Agent.Sdk;
using Agent.Sdk.Declarations;
using Agent.Sdk.Decoding;
using Agent.Syntax.Values;
using Agent.Telemetry;

namespace Agent.Components.Discovery.Consul;

/// <summary>Finds the services that are registered with Consul, and hears of changes at once.</summary>
/// <example>discovery.consul "example" {
///   server   = "localhost:8500"
///   services = ["service1", "service2"]
/// }</example>
[Component("discovery.consul")]
public sealed class DiscoveryConsul : IComponent<DiscoveryConsul.Arguments>, IDebuggable
{
    private readonly ComponentContext _context;
    private readonly FoundTargets _found;
    private readonly Channel<bool> _changed = Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });
    private volatile Arguments? _arguments;

    public DiscoveryConsul(ComponentContext context)
    {
        _context = context;
        _found = new FoundTargets(context, static targets => new Exports(targets));
    }

    public sealed record Arguments : IValidated
    {
        /// <summary>Host and port of the Consul API.</summary>
        public string Server { get; init; } = "localhost:8500";

        /// <summary>Secret token for the Consul API.</summary>
        public Secret? Token { get; init; }

        /// <summary>Data center to ask about; that of the server where empty.</summary>
        public string Datacenter { get; init; } = "";

        /// <summary>Namespace to ask about, with Consul Enterprise.</summary>
        public string Namespace { get; init; } = "";

        /// <summary>Admin partition to ask about, with Consul Enterprise.</summary>
        public string Partition { get; init; } = "";

        /// <summary>What the tags of a service are joined with, in its label.</summary>
        public string TagSeparator { get; init; } = ",";

        /// <summary>Scheme of the Consul API, `http` or `https`.</summary>
        public string Scheme { get; init; } = "http";

        /// <summary>User name for basic authentication.</summary>
        [Deprecated("a basic_auth block")] public string Username { get; init; } = "";

        /// <summary>Password for basic authentication.</summary>
        [Deprecated("a basic_auth block")] public Secret? Password { get; init; }

        /// <summary>Takes answers that may be a little old, which any server of the cluster can give.</summary>
        public bool AllowStale { get; init; } = true;

        /// <summary>Services to find; all where empty.</summary>
        public ValueList<string> Services { get; init; } = [];

        /// <summary>Tags of which a service needs all.</summary>
        public ValueList<string> Tags { get; init; } = [];

        /// <summary>Metadata that the node of a service needs.</summary>
        public ValueMap<string> NodeMeta { get; init; } = ValueMap<string>.Empty;

        /// <summary>Shortest time between two requests for the same thing.</summary>
        public TimeSpan RefreshInterval { get; init; } = TimeSpan.FromSeconds(30);

        [Flatten] public HttpClientOptions Http { get; init; } = new();

        internal Uri? Url
        {
            get
            {
                int end = Server.IndexOf("://", StringComparison.Ordinal);
                string scheme = end < 0 ? Scheme : Server[..end];
                string server = (end < 0 ? Server : Server[(end + 3)..]).TrimEnd('/');
                return scheme is "http" or "https" && server.Length > 0 && Uri.TryCreate($"{scheme}://{server}/", UriKind.Absolute, out Uri? url) ? url : null;
            }
        }

        internal HttpClientOptions EffectiveHttp =>
            HasUser ? Http with { BasicAuth = new BasicAuthOptions { Username = Username, Password = Password } } : Http;

        private bool HasUser => Username.Length > 0 || Password?.Reveal().Length > 0;

        public void Validate(ValidationContext context)
        {
            if (Url is null)
            {
                context.Warn("server", $"cannot reach Consul at \"{Scheme}://{Server}\": it is no http or https address", "write host:port");
            }
            // Alloy ignores both mistakes until it asks Consul, and conversions write them.
            if (HasUser && Http.BasicAuth is not null)
            {
                context.Warn("username", "cannot authenticate in two ways: username and password are used, basic_auth is not", "write one of them");
            }
            RefreshInterval.RequirePositive(context, "refresh_interval");
        }
    }

    /// <param name="Targets">One target for each instance of each service.</param>
    public sealed record Exports(ValueList<Target> Targets);

    public ValueTask ApplyAsync(Arguments arguments, CancellationToken stop)
    {
        if (arguments.Url is null)
        {
            throw new ComponentException($"cannot reach Consul at \"{arguments.Scheme}://{arguments.Server}\": it is no http or https address");
        }
        _found.Begin();
        _arguments = arguments;
        _changed.Writer.TryWrite(true);
        return ValueTask.CompletedTask;
    }

    public async Task RunAsync(CancellationToken stop)
    {
        while (!stop.IsCancellationRequested)
        {
            _changed.Reader.TryRead(out _);
            using var ending = CancellationTokenSource.CreateLinkedTokenSource(stop);
            using var run = new ConsulRun(_arguments!, _found, _context);
            Task running = run.RunAsync(ending.Token);
            Task changed = _changed.Reader.WaitToReadAsync(ending.Token).AsTask();
            await Task.WhenAny(running, changed);
            await ending.CancelAsync();
            await EndedAsync(changed, ending.Token);
            await EndedAsync(running, ending.Token);
        }
    }

    public Value DebugState() => _found.DebugState();

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    private static async Task EndedAsync(Task task, CancellationToken stop)
    {
        try
        {
            await task;
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            // The ordinary end, or other arguments.
        }
    }
}
