using System.Globalization;
using System.Net;
using System.Text;

namespace Agent.Components.Prometheus.ExporterUnix.Collectors;

/// <summary>What the chosen labels tell apart of the real servers in /proc/net/ip_vs, added up.</summary>
internal sealed class IpvsSum(string[] values)
{
    /// <summary>Values of the chosen labels.</summary>
    public string[] Values => values;

    public double Active { get; set; }

    public double Inactive { get; set; }

    public double Weight { get; set; }

    /// <summary>It was seen in this scrape.</summary>
    public bool IsCurrent { get; set; }
}

/// <summary>Reads the real servers, and remembers their labels: a node of a cluster has thousands.</summary>
internal sealed class IpvsBackends(string[] labels)
{
    private const string File = "/proc/net/ip_vs";
    private const int LongestKey = 512;

    // Servers come and go: beyond this many their labels are read anew.
    private const int Limit = 32_768;

    // Service and server as they are written, each of at most one line.
    private readonly Dictionary<string, IpvsSum> _byText = new(StringComparer.Ordinal);
    private readonly Dictionary<string, IpvsSum> _byValues = new(StringComparer.Ordinal);

    public IEnumerable<IpvsSum> Current => _byValues.Values.Where(static sum => sum.IsCurrent);

    public void Read(ReadOnlySpan<byte> text)
    {
        if (_byText.Count >= Limit)
        {
            _byText.Clear();
            _byValues.Clear();
        }
        foreach (IpvsSum sum in _byValues.Values)
        {
            (sum.Active, sum.Inactive, sum.Weight, sum.IsCurrent) = (0, 0, 0, false);
        }
        ReadOnlySpan<byte> service = default;
        while (TextScan.TryLine(ref text, out ReadOnlySpan<byte> line))
        {
            ReadOnlySpan<byte> rest = line;
            if (!TextScan.TryField(ref rest, out ReadOnlySpan<byte> first))
            {
                continue;
            }
            if (!first.SequenceEqual("->"u8))
            {
                service = line;
            }
            else if (TextScan.TryField(ref rest, out ReadOnlySpan<byte> remote) && remote.IndexOf((byte)':') >= 0 && !remote.StartsWith("Remote"u8))
            {
                TextScan.Field(ref rest, File);
                IpvsSum sum = SumOf(service, remote);
                sum.IsCurrent = true;
                sum.Weight += TextScan.NumberField(ref rest, File);
                sum.Active += TextScan.NumberField(ref rest, File);
                sum.Inactive += TextScan.NumberField(ref rest, File);
            }
        }
    }

    private IpvsSum SumOf(ReadOnlySpan<byte> service, ReadOnlySpan<byte> remote)
    {
        if (service.Length + remote.Length >= LongestKey)
        {
            throw new CollectorException($"cannot read {File}: a line is too long");
        }
        Span<char> text = stackalloc char[LongestKey];
        int length = Encoding.ASCII.GetChars(service, text);
        text[length++] = '\n';
        length += Encoding.ASCII.GetChars(remote, text[length..]);
        ReadOnlySpan<char> key = text[..length];
        if (_byText.GetAlternateLookup<ReadOnlySpan<char>>().TryGetValue(key, out IpvsSum? sum))
        {
            return sum;
        }
        string[] values = Values(Encoding.ASCII.GetString(service).Split(' ', StringSplitOptions.RemoveEmptyEntries), Encoding.ASCII.GetString(remote));
        string joined = string.Join('\n', values);
        if (!_byValues.TryGetValue(joined, out sum))
        {
            _byValues[joined] = sum = new IpvsSum(values);
        }
        _byText[new string(key)] = sum;
        return sum;
    }

    private string[] Values(string[] service, string remote)
    {
        (string ip, string port) local = ("", "");
        string proto = "";
        string mark = "";
        if (service is ["TCP" or "UDP" or "SCTP", var address, ..])
        {
            (proto, local) = (service[0], Address(address));
        }
        else if (service is ["FWM", var number, ..])
        {
            (proto, mark, local) = ("FWM", number, ("", "0"));
        }
        (string ip, string port) real = Address(remote);
        return Array.ConvertAll(labels, label => label switch
        {
            "local_address" => local.ip,
            "local_port" => local.port,
            "remote_address" => real.ip,
            "remote_port" => real.port,
            "proto" => proto,
            _ => mark,
        });
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
