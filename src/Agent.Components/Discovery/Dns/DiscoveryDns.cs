using System.Net;
using Agent.Sdk;
using Agent.Sdk.Declarations;
using Agent.Sdk.Decoding;
using Agent.Syntax.Values;
using Agent.Telemetry;

namespace Agent.Components.Discovery.Dns;

/// <summary>Looks names up in the DNS and makes a target of each record.</summary>
/// <example>discovery.dns "dns_lookup" {
///   names = ["myservice.example.com", "myotherservice.example.com"]
///   type  = "A"
///   port  = 8080
/// }</example>
[Component("discovery.dns")]
public sealed class DiscoveryDns : IComponent<DiscoveryDns.Arguments>, IDebuggable
{
    private readonly ComponentContext _context;
    private readonly FoundTargets _found;
    private readonly RefreshLoop _loop;

    public DiscoveryDns(ComponentContext context)
    {
        _context = context;
        _found = new FoundTargets(context, static targets => new Exports(targets));
        _loop = new RefreshLoop(context, "dns", _found);
    }

    public sealed record Arguments : IValidated
    {
        /// <summary>Names to look up; those without a dot at their end also in the system's search domains.</summary>
        public required ValueList<string> Names { get; init; }

        /// <summary>Port of the targets; SRV records bring their own.</summary>
        public int Port { get; init; }

        /// <summary>Time between two lookups.</summary>
        public TimeSpan RefreshInterval { get; init; } = TimeSpan.FromSeconds(30);

        /// <summary>Type of the records: `SRV`, `A`, `AAAA`, `MX` or `NS`.</summary>
        public string Type { get; init; } = "SRV";

        internal DnsType? Kind => Type.ToUpperInvariant() switch
        {
            "SRV" => DnsType.SRV,
            "A" => DnsType.A,
            "AAAA" => DnsType.AAAA,
            "MX" => DnsType.MX,
            "NS" => DnsType.NS,
            _ => null,
        };

        public void Validate(ValidationContext context)
        {
            if (Kind is null)
            {
                context.Error("type", $"cannot look up records of type \"{Type}\"", "write one of SRV, A, AAAA, MX and NS");
            }
            else if (Kind != DnsType.SRV && Port is < 1 or > IPEndPoint.MaxPort)
            {
                context.Error("port", $"cannot make targets of {Kind} records: they need a port, and {Port} is none");
            }
            RefreshInterval.RequirePositive(context, "refresh_interval");
        }
    }

    /// <param name="Targets">One target for each record; `__meta_dns_name` is the name that was looked up.</param>
    public sealed record Exports(ValueList<Target> Targets);

    /// <summary>Where the servers and the search domains are to be read.</summary>
    internal Func<ResolverSettings> Resolver { get; init; } = ResolverSettings.Load;

    public ValueTask ApplyAsync(Arguments arguments, CancellationToken stop)
    {
        var search = new DnsSearch(arguments, new DnsResolver(Resolver, _context.Time), _context);
        _loop.Apply(search, arguments.RefreshInterval, Timeout.InfiniteTimeSpan);
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
