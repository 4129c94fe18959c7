using System.Net;
using Agent.Components.Common.Docker;
using Agent.Components.Common.Http;
using Agent.Sdk;
using Agent.Sdk.Declarations;
using Agent.Sdk.Decoding;
using Agent.Syntax.Values;
using Agent.Telemetry;

namespace Agent.Components.Discovery.Docker;

/// <summary>Finds the running containers of a Docker daemon.</summary>
/// <example>discovery.docker "containers" {
///   host = "unix:///var/run/docker.sock"
/// }</example>
[Component("discovery.docker")]
public sealed class DiscoveryDocker : IComponent<DiscoveryDocker.Arguments>, IDebuggable
{
    private readonly ComponentContext _context;
    private readonly FoundTargets _found;
    private readonly RefreshLoop _loop;

    public DiscoveryDocker(ComponentContext context)
    {
        _context = context;
        _found = new FoundTargets(context, static targets => new Exports(targets));
        _loop = new RefreshLoop(context, "docker", _found);
    }

    public sealed record Arguments : IValidated
    {
        /// <summary>Address of the daemon: `unix:///path`, `tcp://host:port`, or a URL.</summary>
        public required string Host { get; init; }

        /// <summary>Port of the targets of containers without port mappings.</summary>
        public int Port { get; init; } = 80;

        /// <summary>Address of the targets of containers that use the network of their host.</summary>
        public string HostNetworkingHost { get; init; } = "localhost";

        /// <summary>Time between two lists, and how long one may take.</summary>
        public TimeSpan RefreshInterval { get; init; } = TimeSpan.FromMinutes(1);

        /// <summary>Takes, of the networks of a container, the first by name alone, so that a container does not become several targets.</summary>
        public bool MatchFirstNetwork { get; init; } = true;

        /// <summary>Which containers to list. Repeat the block to filter by several things.</summary>
        [Block] public ValueList<Filter> Filter { get; init; } = [];

        /// <summary>How the daemon is connected to over the network; of no effect on a Unix socket.</summary>
        [Flatten] public HttpClientOptions Http { get; init; } = new();

        internal DockerAddress? Address => DockerAddress.Parse(Host, Http.TlsConfig != new TlsClientOptions());

        public void Validate(ValidationContext context)
        {
            if (Address is null)
            {
                context.Error(
                    "host", $"failed to parse Docker host \"{Host}\"", "write unix:///var/run/docker.sock, tcp://host:2375, or an http or https URL");
            }
            if (Port is < 0 or > IPEndPoint.MaxPort)
            {
                context.Error("port", $"cannot make targets with port {Port}: it is no port");
            }
            RefreshInterval.RequirePositive(context, "refresh_interval");
        }
    }

    /// <summary>A filter of the Docker Engine API.</summary>
    public sealed record Filter
    {
        /// <summary>Name of the filter, such as `label` or `network`.</summary>
        public required string Name { get; init; }

        /// <summary>Values of which one has to fit.</summary>
        public required ValueList<string> Values { get; init; }
    }

    /// <param name="Targets">One target for each network and port of each container.</param>
    public sealed record Exports(ValueList<Target> Targets);

    public ValueTask ApplyAsync(Arguments arguments, CancellationToken stop)
    {
        DockerAddress address = arguments.Address ?? throw new ComponentException($"cannot connect to Docker at \"{arguments.Host}\"");
        var filters = new SortedDictionary<string, List<string>>(StringComparer.Ordinal);
        foreach (Filter filter in arguments.Filter)
        {
            filters.TryAdd(filter.Name, []);
            filters[filter.Name].AddRange(filter.Values);
        }
        var api = new DockerApi(address.Connect(arguments.Http, _context.Time), filters);
        _loop.Apply(new DockerSearch(api, arguments), arguments.RefreshInterval, arguments.RefreshInterval);
        return ValueTask.CompletedTask;
    }

    public Task RunAsync(CancellationToken stop) => _loop.RunAsync(stop);

    public Value DebugState() => _found.DebugState();

    public ValueTask DisposeAsync()
    {
        _loop.Dispose();
        return ValueTask.CompletedTask;
    }
}
