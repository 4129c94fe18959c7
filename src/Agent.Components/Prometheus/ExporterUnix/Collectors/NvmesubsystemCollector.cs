namespace Agent.Components.Prometheus.ExporterUnix.Collectors;

/// <summary>NVMe subsystems and the paths to them, from /sys/class/nvme-subsystem.</summary>
internal sealed class NvmesubsystemCollector : IUnixCollector
{
    private static readonly string[] States = ["connecting", "dead", "deleting", "live", "new", "resetting", "unknown"];
    private static readonly Family Info = Family.Gauge(
        "node_nvmesubsystem_info", "Non-numeric information about an NVMe subsystem.", "subsystem", "nqn", "model", "serial", "iopolicy");
    private static readonly Family Namespaces = Family.Gauge(
        "node_nvmesubsystem_namespace_info", "Maps an NVMe namespace block device to its subsystem.", "subsystem", "device");
    private static readonly Family Paths = Family.Gauge(
        "node_nvmesubsystem_paths", "Number of controller paths for an NVMe subsystem.", "subsystem");
    private static readonly Family Live = Family.Gauge(
        "node_nvmesubsystem_paths_live", "Number of controller paths in live state for an NVMe subsystem.", "subsystem");
    private static readonly Family State = Family.Gauge(
        "node_nvmesubsystem_path_state", "Current NVMe controller path state (1 for the current state, 0 for all others).",
        "subsystem", "controller", "transport", "state");

    public void Collect(CollectorScrape scrape)
    {
        string root = scrape.Files.Sys("class/nvme-subsystem");
        if (!Directory.Exists(root))
        {
            scrape.NoData("the machine has no NVMe subsystems");
            return;
        }
        foreach (string subsystem in HostFiles.List(root, "nvme-subsys"))
        {
            string folder = Path.Join(root, subsystem);
            string Text(string file) => HostFiles.RequiredText(Path.Join(folder, file));
            scrape.Output.Write(Info, 1, subsystem, Text("subsysnqn"), Text("model"), Text("serial"), Text("iopolicy"));
            Subsystem(folder, subsystem, scrape.Output);
        }
    }

    private static void Subsystem(string folder, string subsystem, FamilyWriter output)
    {
        int paths = 0;
        int live = 0;
        foreach (string name in HostFiles.List(folder, "nvme"))
        {
            string[] parts = name["nvme".Length..].Split('n');
            if (parts.Length > 2 || !parts.All(part => part.Length > 0 && part.All(char.IsAsciiDigit)))
            {
                continue;
            }
            if (parts.Length == 2)
            {
                output.Write(Namespaces, 1, subsystem, name);
                continue;
            }
            string transport = HostFiles.RequiredText(Path.Join(folder, name, "transport"));
            string state = HostFiles.RequiredText(Path.Join(folder, name, "state"));
            state = state == "deleting (no IO)" ? "deleting" : Array.IndexOf(States, state) >= 0 ? state : "unknown";
            foreach (string known in States)
            {
                output.Write(State, known == state ? 1 : 0, subsystem, name, transport, known);
            }
            paths++;
            live += state == "live" ? 1 : 0;
        }
        output.Write(Paths, paths, subsystem);
        output.Write(Live, live, subsystem);
    }
}
