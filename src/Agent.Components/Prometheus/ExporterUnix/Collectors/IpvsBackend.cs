using System.Globalization;
using System.Net;

namespace Agent.Components.Prometheus.ExporterUnix.Collectors;

/// <summary>A real server of /proc/net/ip_vs and the virtual one in front of it.</summary>
internal sealed record IpvsBackend(string Proto, string LocalAddress, string LocalPort, string Mark, string Remote)
{
    public double Weight { get; private init; }

    public double Active { get; private init; }

    public double Inactive { get; private init; }

    public string Label(string name) => name switch
    {
        "local_address" => LocalAddress,
        "local_port" => LocalPort,
        "remote_address" => Address(Remote).Ip,
        "remote_port" => Address(Remote).Port,
        "proto" => Proto,
        _ => Mark,
    };

    public static IEnumerable<IpvsBackend> Parse(string text)
    {
        (string Proto, string Address, string Port, string Mark) service = ("", "", "", "");
        foreach (string line in text.Split('\n'))
        {
            string[] fields = line.Split(' ', StringSplitOptions.RemoveEmptyEntries);
            if (fields is ["TCP" or "UDP" or "SCTP", var local, ..])
            {
                (string ip, string port) = Address(local);
                service = (fields[0], ip, port, "");
            }
            else if (fields is ["FWM", var mark, ..])
            {
                service = ("FWM", "", "0", mark);
            }
            else if (fields is ["->", var remote, _, var weight, var active, var inactive] && remote.Contains(':', StringComparison.Ordinal)
                && !remote.StartsWith("Remote", StringComparison.Ordinal))
            {
                yield return new IpvsBackend(service.Proto, service.Address, service.Port, service.Mark, remote)
                {
                    Weight = double.Parse(weight, CultureInfo.InvariantCulture),
                    Active = double.Parse(active, CultureInfo.InvariantCulture),
                    Inactive = double.Parse(inactive, CultureInfo.InvariantCulture),
                };
            }
        }
    }

    /// <summary>"C0A80016:0CEA" or "[FD00:…]:0050".</summary>
    private static (string Ip, string Port) Address(string text)
    {
        int colon = text.LastIndexOf(':');
        string host = text[..colon];
        string port = ushort.Parse(text.AsSpan(colon + 1), NumberStyles.HexNumber, CultureInfo.InvariantCulture).ToString(CultureInfo.InvariantCulture);
        return host.StartsWith('[')
            ? (IPAddress.Parse(host.AsSpan(1, host.Length - 2)).ToString(), port)
            : (new IPAddress(Convert.FromHexString(host)).ToString(), port);
    }
}
