using System.Collections.Immutable;
using System.Globalization;
using System.Net;

namespace Agent.Components.Discovery.Dns;

/// <summary>What resolv.conf(5) says: whom to ask, and which domains names without many dots may stand in.</summary>
internal sealed record ResolverSettings
{
    public const string File = "/etc/resolv.conf";

    private const int DnsPort = 53;
    private const int MostDots = 15;
    private const int LongestTimeout = 30;
    private const int MostAttempts = 5;
    private const int MostServers = 16;

    /// <summary>In the order in which they are asked.</summary>
    public ImmutableArray<IPEndPoint> Servers { get; init; } = [new IPEndPoint(IPAddress.Loopback, DnsPort)];

    /// <summary>Domains that a name is looked up in.</summary>
    public ImmutableArray<string> Search { get; init; } = [];

    /// <summary>A name with so many dots is first looked up as it is.</summary>
    public int Dots { get; init; } = 1;

    /// <summary>How long one server is waited for.</summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>How often all servers are asked before giving up.</summary>
    public int Attempts { get; init; } = 2;

    /// <exception cref="IOException">It cannot be read.</exception>
    public static ResolverSettings Load() => Parse(System.IO.File.ReadLines(File));

    /// <summary>Lines that are not understood are left out, as the system's own resolver does.</summary>
    public static ResolverSettings Parse(IEnumerable<string> lines)
    {
        var settings = new ResolverSettings();
        var servers = ImmutableArray.CreateBuilder<IPEndPoint>();
        foreach (string line in lines)
        {
            string[] words = line.Split((char[])[' ', '\t'], StringSplitOptions.RemoveEmptyEntries);
            switch (words)
            {
                case ["nameserver", string server, ..] when servers.Count < MostServers && IPAddress.TryParse(server, out IPAddress? address):
                    servers.Add(new IPEndPoint(address, DnsPort));
                    break;
                case ["domain", string domain, ..]:
                    settings = settings with { Search = [domain] };
                    break;
                case ["search", ..]:
                    settings = settings with { Search = [.. words.AsSpan(1)] };
                    break;
                case ["options", ..]:
                    settings = words.Skip(1).Aggregate(settings, static (known, option) => known.With(option));
                    break;
            }
        }
        return servers.Count == 0 ? settings : settings with { Servers = servers.ToImmutable() };
    }

    /// <summary>The full names that a name may stand for, in the order in which they are looked up.</summary>
    public List<string> NamesOf(string name)
    {
        if (name.EndsWith('.'))
        {
            return [name];
        }
        bool isFirst = name.Count(static letter => letter == '.') >= Dots;
        var names = new List<string>();
        if (isFirst)
        {
            names.Add(name + ".");
        }
        foreach (string domain in Search)
        {
            names.Add(domain.Trim('.') is { Length: > 0 } bare ? $"{name}.{bare}." : name + ".");
        }
        if (!isFirst)
        {
            names.Add(name + ".");
        }
        return names.Distinct(StringComparer.Ordinal).ToList();
    }

    private ResolverSettings With(string option)
    {
        int colon = option.IndexOf(':', StringComparison.Ordinal);
        if (colon < 0 || !int.TryParse(option.AsSpan(colon + 1), NumberStyles.None, CultureInfo.InvariantCulture, out int number))
        {
            return this;
        }
        return option[..colon] switch
        {
            "ndots" => this with { Dots = Math.Min(number, MostDots) },
            "timeout" => this with { Timeout = TimeSpan.FromSeconds(Math.Clamp(number, 1, LongestTimeout)) },
            "attempts" => this with { Attempts = Math.Clamp(number, 1, MostAttempts) },
            _ => this,
        };
    }
}
