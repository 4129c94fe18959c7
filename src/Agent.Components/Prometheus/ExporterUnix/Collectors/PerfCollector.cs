using Agent.Components.Prometheus.ExporterUnix.Perf;
using Agent.Sdk;

namespace Agent.Components.Prometheus.ExporterUnix.Collectors;

/// <summary>Events that processors and the kernel count, from perf_event_open. Counters run from the first scrape on.</summary>
internal sealed class PerfCollector(PerfOptions options) : IUnixCollector, IDisposable
{
    private readonly List<PerfCounter> _counters = [];
    private readonly List<string> _unknown = [];
    private bool _started;

    public void Collect(CollectorScrape scrape)
    {
        if (!_started)
        {
            Dispose();
            Start(scrape.Files);
            _started = true;
        }
        foreach (PerfCounter counter in _counters)
        {
            if (counter.Read() is { } value)
            {
                scrape.Output.Write(counter.Event.Family, value, counter.Cpu);
            }
        }
        if (_unknown.Count > 0)
        {
            scrape.Warn($"there are no profilers named {string.Join(", ", _unknown)}");
        }
    }

    public void Dispose()
    {
        foreach (PerfCounter counter in _counters)
        {
            counter.Dispose();
        }
        _counters.Clear();
    }

    private void Start(HostFiles files)
    {
        _unknown.Clear();
        List<int> cpus = options.Cpus.Length > 0
            ? PerfCpus.Parse(options.Cpus)
            : [.. CpuRange.Parse(HostFiles.RequiredText(files.Sys("devices/system/cpu/online")))];
        List<PerfEvent> points = TracePoints(files);
        List<PerfEvent> hardware = options.DisableHardwareProfilers ? [] : Chosen(PerfEvents.Hardware, options.HardwareProfilers);
        List<PerfEvent> software = options.DisableSoftwareProfilers ? [] : Chosen(PerfEvents.Software, options.SoftwareProfilers);
        List<PerfEvent> cache = options.DisableCacheProfilers ? [] : Chosen(PerfEvents.Cache, options.CacheProfilers);
        foreach (int cpu in cpus)
        {
            StartAll(points, cpu, "trace points", "tracepoint", allNeeded: true);
            StartAll(hardware, cpu, "hardware profilers", "disable_hardware_profilers", allNeeded: false);
            StartAll(software, cpu, "software profilers", "disable_software_profilers", allNeeded: false);
            StartAll(cache, cpu, "cache profilers", "disable_cache_profilers", allNeeded: false);
        }
    }

    /// <summary>Not every processor counts every event; a kind of which it counts none was asked for in vain.</summary>
    private void StartAll(List<PerfEvent> events, int cpu, string kind, string option, bool allNeeded)
    {
        int started = 0;
        string error = "";
        foreach (PerfEvent counted in events)
        {
            if (PerfCounter.Start(counted, cpu, out string reason) is { } counter)
            {
                _counters.Add(counter);
                started++;
            }
            else
            {
                error = reason;
            }
        }
        if (started < events.Count && (allNeeded || started == 0))
        {
            Dispose();
            throw new CollectorException($"cannot start {kind} on CPU {cpu} (see option {option}): {error}");
        }
    }

    private List<PerfEvent> Chosen(IReadOnlyList<PerfEvent> all, ValueList<string> names)
    {
        if (names.Count == 0)
        {
            return [.. all];
        }
        var chosen = new List<PerfEvent>();
        foreach (string name in names)
        {
            if (all.FirstOrDefault(counted => counted.Name == name) is { } known)
            {
                chosen.Add(known);
            }
            else
            {
                _unknown.Add(name);
            }
        }
        return chosen;
    }

    private List<PerfEvent> TracePoints(HostFiles files)
    {
        var points = new List<PerfEvent>();
        foreach (string name in options.Tracepoint)
        {
            string[] parts = name.Split(':');
            if (parts.Length != 2 || parts.Any(part => part.Length == 0 || part.Contains('/', StringComparison.Ordinal)))
            {
                throw new CollectorException($"cannot count \"{name}\": a trace point is written subsystem:event");
            }
            string relative = Path.Join("events", parts[0], parts[1], "id");
            double number = HostFiles.Number(files.Sys(Path.Join("kernel/tracing", relative)))
                ?? HostFiles.Number(files.Sys(Path.Join("kernel/debug/tracing", relative)))
                ?? throw new CollectorException($"cannot count {name}: the kernel has no such trace point, or does not let this process see it");
            points.Add(PerfEvents.OfTracePoint(name, (ulong)number));
        }
        return points;
    }
}
