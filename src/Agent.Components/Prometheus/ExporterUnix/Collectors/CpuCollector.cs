namespace Agent.Components.Prometheus.ExporterUnix.Collectors;

/// <summary>Time by CPU and mode, from /proc/stat; throttling, isolation and plugging, from sysfs; descriptions, from /proc/cpuinfo.</summary>
internal sealed class CpuCollector(CpuOptions options, bool frequencies) : IUnixCollector
{
    private const int UserModes = 8;
    private static readonly string[] Modes = ["user", "nice", "system", "idle", "iowait", "irq", "softirq", "steal"];
    private static readonly Family Seconds = Family.Counter(
        "node_cpu_seconds_total", "Seconds the CPUs spent in each mode.", "cpu", "mode");
    private static readonly Family Guest = Family.Counter(
        "node_cpu_guest_seconds_total", "Seconds the CPUs spent in guests (VMs) for each mode.", "cpu", "mode");
    private static readonly Family Isolated = Family.Gauge(
        "node_cpu_isolated", "Whether each core is isolated, information from /sys/devices/system/cpu/isolated.", "cpu");
    private static readonly Family Online = Family.Gauge("node_cpu_online", "CPUs that are online and being scheduled.", "cpu");

    private readonly CpuDescription _description = new(options, frequencies);
    private readonly Dictionary<string, CpuTimes> _times = new(StringComparer.Ordinal);
    private readonly HashSet<string> _seen = new(StringComparer.Ordinal);

    public void Collect(CollectorScrape scrape)
    {
        if (options.Info || options.FlagsInclude is { Text.Length: > 0 } || options.BugsInclude is { Text.Length: > 0 })
        {
            _description.Collect(scrape);
        }
        Times(scrape);
        if (HostFiles.Text(scrape.Files.Sys("devices/system/cpu/isolated")) is { } isolated)
        {
            foreach (int cpu in CpuRange.Parse(isolated))
            {
                scrape.Output.Write(Isolated, 1, CpuRange.Name(cpu));
            }
        }
        CpuThrottles.Collect(scrape);
        OnlineCpus(scrape);
    }

    private void Times(CollectorScrape scrape)
    {
        ReadOnlySpan<byte> text = scrape.Files.Read(scrape.Files.Proc("stat"));
        _seen.Clear();
        while (TextScan.TryLine(ref text, out ReadOnlySpan<byte> line))
        {
            if (!TextScan.TryField(ref line, out ReadOnlySpan<byte> name) || !name.StartsWith("cpu"u8) || name.Length == 3)
            {
                continue;
            }
            string cpu = scrape.Names[name[3..]];
            CpuTimes times = _times.GetValueOrDefault(cpu).Advance(CpuTimes.Parse(line));
            _times[cpu] = times;
            _seen.Add(cpu);
            Write(cpu, times, scrape.Output);
        }
        if (_seen.Count != _times.Count)
        {
            foreach (string cpu in _times.Keys)
            {
                if (!_seen.Contains(cpu))
                {
                    _times.Remove(cpu);
                }
            }
        }
    }

    private void Write(string cpu, CpuTimes times, FamilyWriter output)
    {
        for (int mode = 0; mode < UserModes; mode++)
        {
            output.Write(Seconds, times[mode], cpu, Modes[mode]);
        }
        if (options.Guest)
        {
            // Contained in user and nice as well.
            output.Write(Guest, times[UserModes], cpu, "user");
            output.Write(Guest, times[UserModes + 1], cpu, "nice");
        }
    }

    private static void OnlineCpus(CollectorScrape scrape)
    {
        string folder = scrape.Files.Sys("devices/system/cpu");
        // Kernels without hot plugging have no such files.
        if (!File.Exists(scrape.Names.Path(folder, "cpu0/online")))
        {
            return;
        }
        foreach (string name in scrape.Files.Names(folder, "cpu"))
        {
            if (name.Length > 3 && char.IsAsciiDigit(name[3]))
            {
                double? online = HostFiles.Number(Path.Join(folder, name, "online"));
                scrape.Output.Write(Online, online is 1 ? 1 : 0, name[3..]);
            }
        }
    }
}
