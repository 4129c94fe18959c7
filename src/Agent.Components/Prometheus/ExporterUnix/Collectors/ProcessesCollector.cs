namespace Agent.Components.Prometheus.ExporterUnix.Collectors;

/// <summary>Processes and threads by state, from /proc/PID/stat and /proc/PID/task.</summary>
internal sealed class ProcessesCollector : IUnixCollector
{
    private const int ThreadsColumn = 17;
    private static readonly Family Threads = Family.Gauge("node_processes_threads", "Allocated threads in system");
    private static readonly Family MaxThreads = Family.Gauge("node_processes_max_threads", "Limit of threads in the system");
    private static readonly Family ThreadStates = Family.Gauge(
        "node_processes_threads_state", "Number of threads in each state.", "thread_state");
    private static readonly Family States = Family.Gauge("node_processes_state", "Number of processes in each state.", "state");
    private static readonly Family Pids = Family.Gauge("node_processes_pids", "Number of PIDs");
    private static readonly Family MaxPids = Family.Gauge("node_processes_max_processes", "Number of max PIDs limit");

    public void Collect(CollectorScrape scrape)
    {
        var states = new Dictionary<string, int>(StringComparer.Ordinal);
        var threadStates = new Dictionary<string, int>(StringComparer.Ordinal);
        double threads = 0;
        int pids = 0;
        foreach (string pid in Numbers(scrape.Files.Paths.Proc))
        {
            string folder = scrape.Files.Proc(pid);
            // A process may end between the listing and the reading.
            if (!TryStat(Path.Join(folder, "stat"), out string state, out double count))
            {
                continue;
            }
            pids++;
            threads += count;
            states[state] = states.GetValueOrDefault(state) + 1;
            foreach (string thread in Numbers(Path.Join(folder, "task")))
            {
                string own = state;
                if (thread == pid || TryStat(Path.Join(folder, "task", thread, "stat"), out own, out _))
                {
                    threadStates[own] = threadStates.GetValueOrDefault(own) + 1;
                }
            }
        }
        scrape.Output.Write(Threads, threads);
        scrape.Output.Write(MaxThreads, HostFiles.RequiredNumber(scrape.Files.Proc("sys/kernel/threads-max")));
        foreach ((string state, int count) in states)
        {
            scrape.Output.Write(States, count, state);
        }
        foreach ((string state, int count) in threadStates)
        {
            scrape.Output.Write(ThreadStates, count, state);
        }
        scrape.Output.Write(Pids, pids);
        scrape.Output.Write(MaxPids, HostFiles.RequiredNumber(scrape.Files.Proc("sys/kernel/pid_max")));
    }

    private static IEnumerable<string> Numbers(string folder) =>
        HostFiles.List(folder).Where(name => name.All(char.IsAsciiDigit));

    /// <summary>State and number of threads; the command in parentheses may hold spaces and parentheses.</summary>
    private static bool TryStat(string path, out string state, out double threads)
    {
        state = "";
        threads = 0;
        if (HostFiles.Text(path) is not { } text)
        {
            return false;
        }
        string[] fields = text[(text.LastIndexOf(')') + 1)..].Split(' ', StringSplitOptions.RemoveEmptyEntries);
        if (fields.Length <= ThreadsColumn || !double.TryParse(fields[ThreadsColumn], out threads))
        {
            return false;
        }
        state = fields[0];
        return true;
    }
}
