using Agent.Components.Prometheus.ExporterUnix;

namespace Agent.Components.Prometheus.ExporterProcess;

/// <summary>Writes groups of processes as metrics, under the names of process-exporter.</summary>
internal sealed class ProcessFamilies(bool smaps, bool threads)
{
    private const string Group = "groupname";
    private const string Thread = "threadname";

    private static readonly Family Processes = Family.Gauge(
        "namedprocess_namegroup_num_procs", "number of processes in this group", Group);
    private static readonly Family Cpu = Family.Counter(
        "namedprocess_namegroup_cpu_seconds_total", "Cpu user usage in seconds", Group, "mode");
    private static readonly Family ReadBytes = Family.Counter(
        "namedprocess_namegroup_read_bytes_total", "number of bytes read by this group", Group);
    private static readonly Family WrittenBytes = Family.Counter(
        "namedprocess_namegroup_write_bytes_total", "number of bytes written by this group", Group);
    private static readonly Family MajorFaults = Family.Counter(
        "namedprocess_namegroup_major_page_faults_total", "Major page faults", Group);
    private static readonly Family MinorFaults = Family.Counter(
        "namedprocess_namegroup_minor_page_faults_total", "Minor page faults", Group);
    private static readonly Family Switches = Family.Counter(
        "namedprocess_namegroup_context_switches_total", "Context switches", Group, "ctxswitchtype");
    private static readonly Family Memory = Family.Gauge(
        "namedprocess_namegroup_memory_bytes", "number of bytes of memory in use", Group, "memtype");
    private static readonly Family Descriptors = Family.Gauge(
        "namedprocess_namegroup_open_filedesc", "number of open file descriptors for this group", Group);
    private static readonly Family WorstRatio = Family.Gauge(
        "namedprocess_namegroup_worst_fd_ratio",
        "the worst (closest to 1) ratio between open fds and max fds among all procs in this group", Group);
    private static readonly Family Start = Family.Gauge(
        "namedprocess_namegroup_oldest_start_time_seconds",
        "start time in seconds since 1970/01/01 of oldest process in group", Group);
    private static readonly Family Threads = Family.Gauge("namedprocess_namegroup_num_threads", "Number of threads", Group);
    private static readonly Family States = Family.Gauge(
        "namedprocess_namegroup_states",
        "Number of processes in states Running, Sleeping, Waiting, Zombie, or Other", Group, "state");
    private static readonly Family WaitChannels = Family.Gauge(
        "namedprocess_namegroup_threads_wchan", "Number of threads in this group waiting on each wchan", Group, "wchan");
    private static readonly Family ThreadCount = Family.Gauge(
        "namedprocess_namegroup_thread_count", "Number of threads in this group with same threadname", Group, Thread);
    private static readonly Family ThreadCpu = Family.Counter(
        "namedprocess_namegroup_thread_cpu_seconds_total", "Cpu user/system usage in seconds", Group, Thread, "mode");
    private static readonly Family ThreadIo = Family.Counter(
        "namedprocess_namegroup_thread_io_bytes_total",
        "number of bytes read/written by these threads", Group, Thread, "iomode");
    private static readonly Family ThreadMajorFaults = Family.Counter(
        "namedprocess_namegroup_thread_major_page_faults_total", "Major page faults for these threads", Group, Thread);
    private static readonly Family ThreadMinorFaults = Family.Counter(
        "namedprocess_namegroup_thread_minor_page_faults_total", "Minor page faults for these threads", Group, Thread);
    private static readonly Family ThreadSwitches = Family.Counter(
        "namedprocess_namegroup_thread_context_switches_total",
        "Context switches for these threads", Group, Thread, "ctxswitchtype");
    private static readonly Family ScrapeErrors = Family.Counter(
        "namedprocess_scrape_errors", "general scrape errors: no proc metrics collected during a cycle");
    private static readonly Family ReadErrors = Family.Counter(
        "namedprocess_scrape_procread_errors", "incremented each time a proc's metrics collection fails");
    private static readonly Family PartialErrors = Family.Counter(
        "namedprocess_scrape_partial_errors",
        "incremented each time a tracked proc's metrics collection fails partially, e.g. unreadable I/O stats");

    public static void WriteErrors(ScrapeErrors errors, FamilyWriter output)
    {
        output.Write(ScrapeErrors, errors.Scrapes);
        output.Write(ReadErrors, errors.Processes);
        output.Write(PartialErrors, errors.Parts);
    }

    public void Write(ProcessGroup group, FamilyWriter output)
    {
        string name = group.Name;
        WriteUsage(group, output);
        output.Write(Processes, group.Processes, name);
        output.Write(Descriptors, group.Descriptors, name);
        output.Write(WorstRatio, group.WorstDescriptorRatio, name);
        output.Write(Start, group.OldestStart, name);
        output.Write(Threads, group.Threads, name);
        if (smaps)
        {
            output.Write(Memory, group.Memory.ProportionalResident, name, "proportionalResident");
            output.Write(Memory, group.Memory.ProportionalSwapped, name, "proportionalSwapped");
        }
        output.Write(Memory, group.Memory.Resident, name, "resident");
        output.Write(Memory, group.Memory.Swapped, name, "swapped");
        output.Write(Memory, group.Memory.Virtual, name, "virtual");
        output.Write(States, group.States.Other, name, "Other");
        output.Write(States, group.States.Running, name, "Running");
        output.Write(States, group.States.Sleeping, name, "Sleeping");
        output.Write(States, group.States.Waiting, name, "Waiting");
        output.Write(States, group.States.Zombie, name, "Zombie");
        for (int i = 0; i < group.WaitChannels.Count; i++)
        {
            output.Write(WaitChannels, group.WaitChannels.GetValueAtIndex(i), name, group.WaitChannels.GetKeyAtIndex(i));
        }
        for (int i = 0; threads && i < group.ThreadGroups.Count; i++)
        {
            WriteThreads(name, group.ThreadGroups.GetKeyAtIndex(i), group.ThreadGroups.GetValueAtIndex(i), output);
        }
    }

    private static void WriteUsage(ProcessGroup group, FamilyWriter output)
    {
        string name = group.Name;
        output.Write(Cpu, Seconds(group.Total.SystemTicks), name, "system");
        output.Write(Cpu, Seconds(group.Total.UserTicks), name, "user");
        output.Write(ReadBytes, group.Total.ReadBytes, name);
        output.Write(WrittenBytes, group.Total.WrittenBytes, name);
        output.Write(MajorFaults, group.Total.MajorFaults, name);
        output.Write(MinorFaults, group.Total.MinorFaults, name);
        output.Write(Switches, group.Total.NonvoluntarySwitches, name, "nonvoluntary");
        output.Write(Switches, group.Total.VoluntarySwitches, name, "voluntary");
    }

    private static void WriteThreads(string group, string name, ThreadGroup threads, FamilyWriter output)
    {
        output.Write(ThreadCount, threads.Count, group, name);
        output.Write(ThreadCpu, Seconds(threads.Total.SystemTicks), group, name, "system");
        output.Write(ThreadCpu, Seconds(threads.Total.UserTicks), group, name, "user");
        output.Write(ThreadIo, threads.Total.ReadBytes, group, name, "read");
        output.Write(ThreadIo, threads.Total.WrittenBytes, group, name, "write");
        output.Write(ThreadMajorFaults, threads.Total.MajorFaults, group, name);
        output.Write(ThreadMinorFaults, threads.Total.MinorFaults, group, name);
        output.Write(ThreadSwitches, threads.Total.NonvoluntarySwitches, group, name, "nonvoluntary");
        output.Write(ThreadSwitches, threads.Total.VoluntarySwitches, group, name, "voluntary");
    }

    private static double Seconds(ulong ticks) => ticks / (double)ProcStat.TicksPerSecond;
}
