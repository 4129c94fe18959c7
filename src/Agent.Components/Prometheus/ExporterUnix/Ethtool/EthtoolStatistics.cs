using System.Buffers.Binary;
using Agent.Sdk.Patterns;

namespace Agent.Components.Prometheus.ExporterUnix.Ethtool;

/// <summary>Turns the statistics of a driver into metrics, whose names are the driver's own, put into shape.</summary>
internal sealed class EthtoolStatistics(Pattern include)
{
    private const int MostNames = 65_536;
    private static readonly (string Statistic, string Name, string Help)[] Common =
    [
        ("rx_bytes", "received_bytes_total", "Network interface bytes received"),
        ("rx_dropped", "received_dropped_total", "Number of received frames dropped"),
        ("rx_errors", "received_errors_total", "Number of received frames with errors"),
        ("rx_packets", "received_packets_total", "Network interface packets received"),
        ("tx_bytes", "transmitted_bytes_total", "Network interface bytes sent"),
        ("tx_errors", "transmitted_errors_total", "Number of sent frames with errors"),
        ("tx_packets", "transmitted_packets_total", "Network interface packets sent"),
    ];

    private readonly Dictionary<string, Statistic> _known = new(StringComparer.Ordinal);
    private readonly Dictionary<Statistic, ulong> _values = [];
    private readonly Dictionary<string, int> _claims = new(StringComparer.Ordinal);

    /// <param name="device">The network device.</param>
    /// <param name="names">Names of the statistics, as the driver answers.</param>
    /// <param name="values">Their values.</param>
    /// <param name="scrape">Where they go.</param>
    public void Write(string device, ReadOnlySpan<byte> names, ReadOnlySpan<byte> values, CollectorScrape scrape)
    {
        _values.Clear();
        _claims.Clear();
        int count = Math.Min(names.Length / EthtoolAnswers.NameSize, values.Length / sizeof(ulong));
        for (int i = 0; i < count; i++)
        {
            Statistic statistic = Of(scrape.Names[EthtoolAnswers.Name(names, i)]);
            if (!statistic.IsIncluded)
            {
                continue;
            }
            if (!_values.ContainsKey(statistic))
            {
                _claims[statistic.Claim] = _claims.GetValueOrDefault(statistic.Claim) + 1;
            }
            _values[statistic] = BinaryPrimitives.ReadUInt64LittleEndian(values[(i * sizeof(ulong))..]);
        }
        foreach ((Statistic statistic, ulong value) in _values)
        {
            // Two statistics of one name cannot be told apart: neither is reported.
            if (_claims[statistic.Claim] == 1)
            {
                scrape.Output.Write(statistic.Family, value, device);
            }
        }
    }

    /// <summary>Whole words "rx" and "tx" between underscores become "received" and "transmitted".</summary>
    internal static string FamilyName(string name)
    {
        name = name.ToLowerInvariant().TrimStart('_');
        return Replace(Replace(name, "rx", "received"), "tx", "transmitted");
    }

    private static string Replace(string name, string word, string by)
    {
        string[] words = name.Split('_');
        bool changed = false;
        for (int i = 0; i < words.Length; i++)
        {
            // Of two in a row the first takes the underscore between them, as in the reference.
            changed = !changed && words[i] == word;
            words[i] = changed ? by : words[i];
        }
        return string.Join('_', words);
    }

    private Statistic Of(string raw)
    {
        if (_known.TryGetValue(raw, out Statistic? known))
        {
            return known;
        }
        string name = MetricName.Clean(raw);
        string claim = FamilyName(name);
        (string Statistic, string Name, string Help) common = Array.Find(Common, entry => entry.Statistic == name);
        Family family = common.Name is null
            ? Family.Untyped("node_ethtool_" + claim, "Network interface " + name, "device")
            : Family.Untyped("node_ethtool_" + common.Name, common.Help, "device");
        var made = new Statistic(family, claim, include.IsMatch(name));
        if (_known.Count < MostNames)
        {
            _known.Add(raw, made);
        }
        return made;
    }

    /// <summary>Compared by identity: one per name that a driver uses.</summary>
    private sealed class Statistic(Family family, string claim, bool included)
    {
        public Family Family { get; } = family;

        public string Claim { get; } = claim;

        public bool IsIncluded { get; } = included;
    }
}
