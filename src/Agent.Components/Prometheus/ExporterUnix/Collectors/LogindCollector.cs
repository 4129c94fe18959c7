using System.Runtime.InteropServices;
using Agent.Components.Prometheus.ExporterUnix.DBus;

namespace Agent.Components.Prometheus.ExporterUnix.Collectors;

/// <summary>Sessions of users, as logind tells them over D-Bus.</summary>
internal sealed class LogindCollector(IReadOnlyList<DBusAddress>? addresses = null) : IUnixCollector
{
    private const string Service = "org.freedesktop.login1";
    private const string Root = "/org/freedesktop/login1";
    private const string Manager = "org.freedesktop.login1.Manager";
    private const string Session = "org.freedesktop.login1.Session";
    private const int PropertiesOfSession = 3;
    private static readonly string[] Remotes = ["true", "false"];
    private static readonly string[] Types = ["other", "unspecified", "tty", "x11", "wayland", "mir", "web"];
    private static readonly string[] Classes = ["other", "user", "greeter", "lock-screen", "background"];
    private static readonly Family Sessions = Family.Gauge(
        "node_logind_sessions", "Number of sessions registered in logind.", "seat", "remote", "type", "class");

    private readonly List<string> _seats = [];
    private readonly List<string> _seatsOfSessions = [];
    private readonly List<DBusProperty> _asked = [];
    private readonly Dictionary<(string Seat, string Remote, string Type, string Class), int> _counts = [];

    public void Collect(CollectorScrape scrape)
    {
        using DBusConnection connection = DBusConnection.Open(addresses ?? DBusAddress.SystemBuses(scrape.Files.Paths.Root), scrape);
        ReadSeats(connection.Call(new DBusCall(Service, Root, Manager, "ListSeats")), scrape.Names);
        ReadSessions(connection.Call(new DBusCall(Service, Root, Manager, "ListSessions")), scrape.Names);
        var values = new DBusValue[_asked.Count];
        connection.Read(CollectionsMarshal.AsSpan(_asked), values);
        Count(values);
        foreach (string remote in Remotes)
        {
            foreach (string type in Types)
            {
                foreach (string kind in Classes)
                {
                    foreach (string seat in _seats)
                    {
                        scrape.Output.Write(Sessions, _counts.GetValueOrDefault((seat, remote, type, kind)), seat, remote, type, kind);
                    }
                }
            }
        }
    }

    /// <summary>a(so): name and path. Sessions from afar, as over SSH, have no seat: the empty name stands for it.</summary>
    private void ReadSeats(ReadOnlySpan<byte> body, NameCache names)
    {
        _seats.Clear();
        var reader = new DBusReader(body);
        int end = reader.BeginStructures();
        while (reader.Position < end)
        {
            reader.Align(sizeof(ulong));
            _seats.Add(names[reader.Text()]);
            reader.Text();
        }
        _seats.Add("");
    }

    /// <summary>a(susso): id, user's id and name, seat, path.</summary>
    private void ReadSessions(ReadOnlySpan<byte> body, NameCache names)
    {
        _asked.Clear();
        _seatsOfSessions.Clear();
        var reader = new DBusReader(body);
        int end = reader.BeginStructures();
        while (reader.Position < end)
        {
            reader.Align(sizeof(ulong));
            reader.Text();
            reader.UInt32();
            reader.Text();
            _seatsOfSessions.Add(names[reader.Text()]);
            string path = names[reader.Text()];
            _asked.Add(new DBusProperty(Service, path, Session, "Remote"));
            _asked.Add(new DBusProperty(Service, path, Session, "Type"));
            _asked.Add(new DBusProperty(Service, path, Session, "Class"));
        }
    }

    private void Count(ReadOnlySpan<DBusValue> values)
    {
        _counts.Clear();
        for (int i = 0; i < _seatsOfSessions.Count; i++)
        {
            ReadOnlySpan<DBusValue> session = values.Slice(i * PropertiesOfSession, PropertiesOfSession);
            // A session may end between the two calls.
            if (session[0].IsKnown && session[1].Text is { } type && session[2].Text is { } kind)
            {
                var key = (_seatsOfSessions[i], session[0].Number != 0 ? "true" : "false", Known(type, Types), Known(kind, Classes));
                _counts[key] = _counts.GetValueOrDefault(key) + 1;
            }
        }
    }

    private static string Known(string value, string[] known) => Array.IndexOf(known, value) >= 0 ? value : "other";
}
