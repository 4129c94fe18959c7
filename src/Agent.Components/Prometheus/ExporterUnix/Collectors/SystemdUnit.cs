using Agent.Components.Prometheus.ExporterUnix.DBus;

namespace Agent.Components.Prometheus.ExporterUnix.Collectors;

/// <summary>A unit as systemd lists it.</summary>
internal readonly record struct SystemdUnit(string Name, string LoadState, string ActiveState, string Path)
{
    /// <summary>
    /// Reads the reply of ListUnits, a(ssssssouso): name, description, load, active and sub state, followed unit, path, and the id, type
    /// and path of a job.
    /// </summary>
    public static void ReadAll(ReadOnlySpan<byte> body, NameCache names, List<SystemdUnit> units)
    {
        units.Clear();
        var reader = new DBusReader(body);
        int end = reader.BeginStructures();
        while (reader.Position < end)
        {
            reader.Align(sizeof(ulong));
            string name = names[reader.Text()];
            reader.Text();
            string load = names[reader.Text()];
            string active = names[reader.Text()];
            reader.Text();
            reader.Text();
            string path = names[reader.Text()];
            reader.UInt32();
            reader.Text();
            reader.Text();
            units.Add(new SystemdUnit(name, load, active, path));
        }
    }
}
