using Agent.Components.Prometheus.ExporterUnix.DBus;

namespace Agent.Components.Prometheus.ExporterUnix.Collectors;

/// <summary>What is asked of each unit: the state with the type of services and mounts, and what options and kinds of units add.</summary>
internal sealed class SystemdProperties(SystemdOptions options)
{
    private const string Service = "org.freedesktop.systemd1";
    private const double Microseconds = 1e6;
    private static readonly string[] States = ["active", "activating", "deactivating", "inactive", "failed"];

    private static readonly Family State = Family.Gauge("node_systemd_unit_state", "Systemd unit", "name", "state", "type");
    private static readonly Family StartTime = Family.Gauge(
        "node_systemd_unit_start_time_seconds", "Start time of the unit since unix epoch in seconds.", "name");
    private static readonly Family TasksCurrent = Family.Gauge(
        "node_systemd_unit_tasks_current", "Current number of tasks per Systemd unit", "name");
    private static readonly Family TasksMax = Family.Gauge(
        "node_systemd_unit_tasks_max", "Maximum number of tasks per Systemd unit", "name");
    private static readonly Family Restarts = Family.Counter(
        "node_systemd_service_restart_total", "Service unit count of Restart triggers", "name");
    private static readonly Family LastTrigger = Family.Gauge(
        "node_systemd_timer_last_trigger_seconds", "Seconds since epoch of last trigger.", "name");
    private static readonly Family Accepted = Family.Counter(
        "node_systemd_socket_accepted_connections_total", "Total number of accepted socket connections", "name");
    private static readonly Family Connections = Family.Gauge(
        "node_systemd_socket_current_connections", "Current number of socket connections", "name");

    // A gauge in the reference, too.
    private static readonly Family Refused = Family.Gauge(
        "node_systemd_socket_refused_connections_total", "Total number of refused socket connections", "name");

    private readonly List<DBusProperty> _asked = [];
    private readonly List<int> _of = [];
    private DBusValue[] _values = [];
    private string[] _types = [];

    public void Collect(DBusConnection connection, List<SystemdUnit> units, bool timers, FamilyWriter output)
    {
        WriteStates(connection, units, output);
        if (options.EnableRestarts)
        {
            Write(connection, units, ("service", "NRestarts"), Restarts, output);
        }
        if (options.StartTime)
        {
            WriteStartTimes(connection, units, output);
        }
        if (options.TaskMetrics)
        {
            Write(connection, units, ("service", "TasksCurrent"), TasksCurrent, output);
            Write(connection, units, ("service", "TasksMax"), TasksMax, output);
        }
        if (timers)
        {
            Write(connection, units, ("timer", "LastTriggerUSec"), LastTrigger, output, Microseconds);
        }
        Write(connection, units, ("socket", "NAccepted"), Accepted, output);
        Write(connection, units, ("socket", "NConnections"), Connections, output);
        Write(connection, units, ("socket", "NRefused"), Refused, output);
    }

    private void WriteStates(DBusConnection connection, List<SystemdUnit> units, FamilyWriter output)
    {
        if (_types.Length < units.Count)
        {
            _types = new string[units.Count];
        }
        Array.Fill(_types, "");
        foreach (string kind in (ReadOnlySpan<string>)["service", "mount"])
        {
            Ask(connection, units, (kind, "Type"));
            for (int i = 0; i < _of.Count; i++)
            {
                _types[_of[i]] = _values[i].Text ?? "";
            }
        }
        for (int i = 0; i < units.Count; i++)
        {
            foreach (string state in States)
            {
                output.Write(State, state == units[i].ActiveState ? 1 : 0, units[i].Name, state, _types[i]);
            }
        }
    }

    private void Write(
        DBusConnection connection, List<SystemdUnit> units, (string Kind, string Name) property, Family family, FamilyWriter output,
        double divisor = 1)
    {
        Ask(connection, units, property);
        for (int i = 0; i < _of.Count; i++)
        {
            // The largest number stands for "not known" and "no limit".
            if (_values[i] is { IsKnown: true, Text: null, Number: < ulong.MaxValue } value)
            {
                output.Write(family, value.Number / divisor, units[_of[i]].Name);
            }
        }
    }

    private void WriteStartTimes(DBusConnection connection, List<SystemdUnit> units, FamilyWriter output)
    {
        _asked.Clear();
        _of.Clear();
        for (int i = 0; i < units.Count; i++)
        {
            if (units[i].ActiveState != "active")
            {
                output.Write(StartTime, 0, units[i].Name);
                continue;
            }
            _asked.Add(new DBusProperty(Service, units[i].Path, "org.freedesktop.systemd1.Unit", "ActiveEnterTimestamp"));
            _of.Add(i);
        }
        Read(connection);
        for (int i = 0; i < _of.Count; i++)
        {
            if (_values[i].IsKnown)
            {
                output.Write(StartTime, _values[i].Number / Microseconds, units[_of[i]].Name);
            }
        }
    }

    /// <summary>Asks all units of a kind for one property; the answers stand in <see cref="_values"/>, their units in <see cref="_of"/>.</summary>
    private void Ask(DBusConnection connection, List<SystemdUnit> units, (string Kind, string Name) property)
    {
        _asked.Clear();
        _of.Clear();
        (string suffix, string type) = property.Kind switch
        {
            "service" => (".service", Service + ".Service"),
            "mount" => (".mount", Service + ".Mount"),
            "timer" => (".timer", Service + ".Timer"),
            _ => (".socket", Service + ".Socket"),
        };
        for (int i = 0; i < units.Count; i++)
        {
            if (units[i].Name.EndsWith(suffix, StringComparison.Ordinal))
            {
                _asked.Add(new DBusProperty(Service, units[i].Path, type, property.Name));
                _of.Add(i);
            }
        }
        Read(connection);
    }

    private void Read(DBusConnection connection)
    {
        if (_values.Length < _asked.Count)
        {
            _values = new DBusValue[_asked.Count];
        }
        connection.Read(System.Runtime.InteropServices.CollectionsMarshal.AsSpan(_asked), _values);
    }
}
