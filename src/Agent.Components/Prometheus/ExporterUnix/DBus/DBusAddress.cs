namespace Agent.Components.Prometheus.ExporterUnix.DBus;

/// <summary>A unix socket that speaks D-Bus. On a bus the client introduces itself; systemd's own socket is no bus.</summary>
internal readonly record struct DBusAddress(string Path, bool IsBus = true)
{
    private const string SystemBusVariable = "DBUS_SYSTEM_BUS_ADDRESS";
    private const string SystemBus = "/var/run/dbus/system_bus_socket";

    /// <summary>
    /// Where the system bus may be: what DBUS_SYSTEM_BUS_ADDRESS says, else the usual path, else the same path of the host whose root is
    /// mounted at <paramref name="root"/>.
    /// </summary>
    public static IReadOnlyList<DBusAddress> SystemBuses(string root)
    {
        if (Environment.GetEnvironmentVariable(SystemBusVariable) is { Length: > 0 } configured)
        {
            return Parse(configured);
        }
        return root is "" or "/" ? [new(SystemBus)] : [new(SystemBus), new(System.IO.Path.Join(root, "run/dbus/system_bus_socket"))];
    }

    /// <summary>The unix sockets of an address list such as "unix:path=/run/bus,guid=1;unix:abstract=x"; other transports are left out.</summary>
    public static IReadOnlyList<DBusAddress> Parse(string addresses)
    {
        var found = new List<DBusAddress>();
        foreach (string address in addresses.Split(';', StringSplitOptions.RemoveEmptyEntries))
        {
            if (!address.StartsWith("unix:", StringComparison.Ordinal))
            {
                continue;
            }
            foreach (string pair in address["unix:".Length..].Split(','))
            {
                if (pair.StartsWith("path=", StringComparison.Ordinal))
                {
                    found.Add(new DBusAddress(Uri.UnescapeDataString(pair["path=".Length..])));
                }
                else if (pair.StartsWith("abstract=", StringComparison.Ordinal))
                {
                    found.Add(new DBusAddress('\0' + Uri.UnescapeDataString(pair["abstract=".Length..])));
                }
            }
        }
        return found;
    }
}
