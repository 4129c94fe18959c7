using System.Net;
using System.Net.Sockets;
using Agent.Components.Prometheus.ExporterBlackbox.Modules;

namespace Agent.Components.Prometheus.ExporterBlackbox.Probing;

/// <summary>Chooses the one address of a host that is probed: there is no second try at another one.</summary>
internal static class AddressChoice
{
    private const uint FnvOffset = 2166136261;
    private const uint FnvPrime = 16777619;

    /// <summary>Looks a host up and reports how long that took and what was chosen.</summary>
    /// <returns>The address, and the seconds that the lookup took.</returns>
    /// <exception cref="ProbeException">The host is not known, or has no address of the kind asked for.</exception>
    public static async Task<(IPAddress Address, double Seconds)> ResolveAsync(
        ProbeRun run, string host, AddressOptions options, CancellationToken stop)
    {
        run.Series.Declare(ProbeFamilies.IpProtocol);
        run.Series.Declare(ProbeFamilies.LookupTime);
        run.Series.Declare(ProbeFamilies.IpAddressHash);
        string protocol = options.PrefersIPv4 ? "ip4" : "ip6";
        run.Log.Debug("Resolving target address", ("target", host), ("ip_protocol", protocol));
        long start = run.Now;
        IPAddress[] found;
        try
        {
            found = await run.Services.LookUp(host, stop);
        }
        catch (Exception exception) when (exception is SocketException or ArgumentException)
        {
            run.Log.Error("Resolution with IP protocol failed", ("target", host), ("ip_protocol", protocol), ("err", exception.Message));
            throw new ProbeException($"Error resolving address: lookup {host}: {exception.Message}", exception);
        }
        finally
        {
            run.Series.Set(ProbeFamilies.LookupTime, run.SecondsSince(start));
        }
        double seconds = run.SecondsSince(start);
        IPAddress? chosen = Choose(found, options);
        if (chosen is null)
        {
            run.Log.Error("Resolution with IP protocol failed", ("target", host), ("ip_protocol", protocol), ("err", "no suitable address found"));
            throw new ProbeException("Error resolving address: unable to find ip; no fallback");
        }
        run.Log.Debug("Resolved target address", ("target", host), ("ip", chosen));
        run.Series.Set(ProbeFamilies.IpProtocol, chosen.AddressFamily == AddressFamily.InterNetwork ? 4 : 6);
        run.Series.Set(ProbeFamilies.IpAddressHash, Hash(chosen));
        return (chosen, seconds);
    }

    /// <summary>FNV-1a over the bytes of an address.</summary>
    internal static uint Hash(IPAddress address)
    {
        uint hash = FnvOffset;
        foreach (byte part in address.GetAddressBytes())
        {
            hash = (hash ^ part) * FnvPrime;
        }
        return hash;
    }

    /// <summary>The first address of the preferred kind, else the last of the other.</summary>
    internal static IPAddress? Choose(IReadOnlyList<IPAddress> found, AddressOptions options)
    {
        AddressFamily wanted = options.PrefersIPv4 ? AddressFamily.InterNetwork : AddressFamily.InterNetworkV6;
        IEnumerable<IPAddress> all = found.Select(static address => address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address);
        return all.FirstOrDefault(address => address.AddressFamily == wanted) ?? (options.FallsBack ? all.LastOrDefault() : null);
    }
}
