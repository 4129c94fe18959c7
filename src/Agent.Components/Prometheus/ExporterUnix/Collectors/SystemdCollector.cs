using System.Globalization;
using Agent.Components.Prometheus.ExporterUnix.DBus;
using Agent.Sdk.Patterns;

namespace Agent.Components.Prometheus.ExporterUnix.Collectors;

/// <summary>Units and the state of the system as systemd tells them over D-Bus.</summary>
internal sealed class SystemdCollector(SystemdOptions options, IReadOnlyList<DBusAddress>? addresses = null) : IUnixCollector
{
    private const string Service = "org.freedesktop.systemd1";
    private const string Root = "/org/freedesktop/systemd1";
    private const string Manager = "org.freedesktop.systemd1.Manager";

    // systemd knows the state of the system and the last trigger of timers since then.
    private const double VersionWithState = 212;
    private static readonly string[] States = ["active", "activating", "deactivating", "inactive", "failed"];
    private static readonly Pattern VersionNumber = Pattern.Parse(@"[0-9]{3,}(\.[0-9]+)?");

    private static readonly Family Running = Family.Gauge(
        "node_systemd_system_running", "Whether the system is operational (see 'systemctl is-system-running')");
    private static readonly Family Summary = Family.Gauge("node_systemd_units", "Summary of systemd unit states", "state");
    private static readonly Family Version = Family.Gauge("node_systemd_version", "Detected systemd version", "version");
    private static readonly Family Virtualization = Family.Gauge(
        "node_systemd_virtualization_info", "Detected virtualization technology", "virtualization_type");

    private readonly Pattern _include = Pattern.Parse(options.UnitInclude.Text, PatternOptions.Anchored);
    private readonly Pattern _exclude = Pattern.Parse(options.UnitExclude.Text, PatternOptions.Anchored);
    private readonly List<SystemdUnit> _units = [];
    private readonly Dictionary<string, int> _counts = new(StringComparer.Ordinal);
    private readonly SystemdProperties _properties = new(options);

    public void Collect(CollectorScrape scrape)
    {
        using DBusConnection connection = DBusConnection.Open(addresses ?? Addresses(scrape.Files.Paths.Root), scrape);
        Span<DBusValue> manager = new DBusValue[3];
        connection.Read([Property("Version"), Property("Virtualization"), Property("SystemState")], manager);
        double version = VersionOf(manager[0].Text, out string text);
        scrape.Output.Write(Version, version, text);
        string kind = !manager[1].IsKnown ? "unknown" : manager[1].Text is { Length: > 0 } known ? known : "none";
        scrape.Output.Write(Virtualization, 1, kind);

        SystemdUnit.ReadAll(connection.Call(new DBusCall(Service, Root, Manager, "ListUnits")), scrape.Names, _units);
        Summarize(scrape.Output);
        _units.RemoveAll(unit => unit.LoadState != "loaded" || !_include.IsMatch(unit.Name) || _exclude.IsMatch(unit.Name));
        _properties.Collect(connection, _units, version >= VersionWithState, scrape.Output);
        if (version >= VersionWithState)
        {
            string state = manager[2].Text ?? throw new CollectorException("cannot read the state of the system: systemd does not tell it");
            scrape.Output.Write(Running, state == "running" ? 1 : 0);
        }
    }

    /// <summary>The number in texts such as "255.4-1ubuntu8"; 0 and no text where there is none.</summary>
    internal static double VersionOf(string? version, out string text)
    {
        Span<ByteRange> groups = stackalloc ByteRange[2];
        text = version ?? "";
        if (VersionNumber.Match(text, groups))
        {
            return double.Parse(text.AsSpan(groups[0].Start, groups[0].Length), CultureInfo.InvariantCulture);
        }
        text = "";
        return 0;
    }

    /// <summary>The system bus; for root systemd's own socket, too, where there is no bus.</summary>
    private static IReadOnlyList<DBusAddress> Addresses(string root)
    {
        IReadOnlyList<DBusAddress> buses = DBusAddress.SystemBuses(root);
        return HostCalls.EffectiveUser() == 0 ? [.. buses, new DBusAddress("/run/systemd/private", IsBus: false)] : buses;
    }

    private static DBusProperty Property(string name) => new(Service, Root, Manager, name);

    private void Summarize(FamilyWriter output)
    {
        _counts.Clear();
        foreach (string state in States)
        {
            _counts[state] = 0;
        }
        foreach (SystemdUnit unit in _units)
        {
            _counts[unit.ActiveState] = _counts.GetValueOrDefault(unit.ActiveState) + 1;
        }
        foreach ((string state, int count) in _counts)
        {
            output.Write(Summary, count, state);
        }
    }
}
