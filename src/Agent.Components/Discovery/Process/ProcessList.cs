using System.Globalization;
using Agent.Sdk.Metrics;
using Agent.Telemetry;

namespace Agent.Components.Discovery.Process;

/// <summary>The processes as they were last read. Other arguments that ask for the same of them find them here.</summary>
internal sealed class ProcessList(ProcFolder folder, Gauge unreadable, TimeProvider time)
{
    private DiscoveryProcess.DiscoverConfig? _config;
    private List<Target> _processes = [];
    private long _read;

    /// <summary>A target for each process.</summary>
    /// <param name="config">What to find out.</param>
    /// <param name="age">Processes that were read longer ago are read again.</param>
    /// <param name="stop">Gives up.</param>
    /// <exception cref="IOException">The list of processes cannot be read.</exception>
    public List<Target> Get(DiscoveryProcess.DiscoverConfig config, TimeSpan age, CancellationToken stop)
    {
        if (_config != config || time.GetElapsedTime(_read) >= age)
        {
            _processes = Read(config, stop);
            _read = time.GetTimestamp();
            _config = config;
        }
        return _processes;
    }

    private List<Target> Read(DiscoveryProcess.DiscoverConfig config, CancellationToken stop)
    {
        Dictionary<string, string> users = config.Username ? folder.Users() : [];
        var processes = new List<Target>();
        int refused = 0;
        foreach (int process in folder.Processes())
        {
            stop.ThrowIfCancellationRequested();
            var labels = new LabelSetBuilder();
            labels.Set("__process_pid__", process.ToString(CultureInfo.InvariantCulture));
            switch (Describe(process, config, users, labels))
            {
                case ProcAnswer.Found:
                    processes.Add(new Target(labels.ToLabelSet()));
                    break;
                case ProcAnswer.Refused:
                    refused++;
                    break;
            }
        }
        unreadable.Set(refused);
        return processes;
    }

    // A process of which something asked for cannot be read is left out, as Alloy does: kernel threads go this way.
    private ProcAnswer Describe(int process, DiscoveryProcess.DiscoverConfig config, Dictionary<string, string> users, LabelSetBuilder labels)
    {
        ProcAnswer answer = ProcAnswer.Found;
        if (config.Exe)
        {
            answer = folder.TryReadLink(process, "exe", out string path);
            labels.Set("__meta_process_exe", path);
        }
        if (config.Cwd && answer == ProcAnswer.Found)
        {
            answer = folder.TryReadLink(process, "cwd", out string path);
            labels.Set("__meta_process_cwd", path);
        }
        if (config.Commandline && answer == ProcAnswer.Found)
        {
            answer = folder.TryReadText(process, "cmdline", out string line);
            labels.Set("__meta_process_commandline", string.Join(' ', line.Split('\0', StringSplitOptions.RemoveEmptyEntries)));
        }
        if ((config.Uid || config.Username) && answer == ProcAnswer.Found)
        {
            answer = folder.TryReadText(process, "status", out string status);
            string uid = UserOf(status);
            labels.Set("__meta_process_uid", config.Uid ? uid : "");
            labels.Set("__meta_process_username", users.GetValueOrDefault(uid, ""));
        }
        if ((config.ContainerId || config.CgroupPath) && answer == ProcAnswer.Found)
        {
            answer = folder.TryReadText(process, "cgroup", out string cgroup);
            labels.Set("__container_id__", config.ContainerId ? ControlGroups.ContainerIdOf(cgroup) : "");
            labels.Set("__meta_process_cgroup_path", config.CgroupPath ? ControlGroups.PathsOf(cgroup) : "");
        }
        return answer;
    }

    // "Uid:	1000	1000	1000	1000": the real one comes first.
    private static string UserOf(string status)
    {
        foreach (string line in status.Split('\n'))
        {
            if (line.StartsWith("Uid:", StringComparison.Ordinal))
            {
                return line[4..].Split('\t', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries).FirstOrDefault("");
            }
        }
        return "";
    }
}
