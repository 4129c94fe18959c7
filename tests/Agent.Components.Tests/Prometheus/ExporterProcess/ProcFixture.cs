using System.Text;

namespace Agent.Components.Tests.Prometheus.ExporterProcess;

/// <summary>A folder that looks like <c>/proc</c>.</summary>
internal sealed class ProcFixture : IDisposable
{
    public const long BootSeconds = 1_700_000_000;

    private readonly DirectoryInfo _root = Directory.CreateTempSubdirectory("invar-proc-");

    public ProcFixture() => Write("stat", $"cpu  1 2 3 4\nbtime {BootSeconds}\nprocesses 9\n");

    public string Path => _root.FullName;

    /// <summary>A process as it is now, in place of what was there of it.</summary>
    public void Put(FixtureProcess process)
    {
        Remove(process.Id);
        WriteTask($"{process.Id}", process.Id, process, process.Name, process.Usage);
        Write($"{process.Id}/cmdline", string.Concat(process.Line.Select(static argument => argument + "\0")));
        Write($"{process.Id}/limits", "Limit                     Soft Limit           Hard Limit           Units     \n"
            + "Max processes             96365                96365                processes \n"
            + $"Max open files            {process.DescriptorLimit,-20} 524288               files     \n");
        Write($"{process.Id}/cgroup", process.ControlGroups);
        Write($"{process.Id}/smaps_rollup", "00400000-7ff0 ---p 00000000 00:00 0 [rollup]\nRss: 99 kB\nPss:                  12 kB\nPss_Anon:              7 kB\nSwapPss:               3 kB\n");
        for (int i = 0; i < process.Descriptors; i++)
        {
            Write($"{process.Id}/fd/{i}", "");
        }
        foreach (FixtureThread thread in process.Threads)
        {
            WriteTask($"{process.Id}/task/{thread.Id}", thread.Id, process, thread.Name, thread.Usage);
        }
    }

    public void Remove(int process)
    {
        if (Directory.Exists(PathOf($"{process}")))
        {
            Directory.Delete(PathOf($"{process}"), recursive: true);
        }
    }

    /// <summary>A file that is there but cannot be read.</summary>
    public void Break(string file)
    {
        File.Delete(PathOf(file));
        Directory.CreateDirectory(PathOf(file));
    }

    public void Delete(string file) => File.Delete(PathOf(file));

    public void Write(string file, string text)
    {
        string path = PathOf(file);
        Directory.CreateDirectory(System.IO.Path.GetDirectoryName(path)!);
        File.WriteAllBytes(path, Encoding.Latin1.GetBytes(text));
    }

    public void Dispose()
    {
        if (Directory.Exists(_root.FullName))
        {
            _root.Delete(recursive: true);
        }
    }

    private string PathOf(string file) => System.IO.Path.Combine(_root.FullName, file);

    private void WriteTask(string folder, int id, FixtureProcess process, string name, FixtureUsage usage)
    {
        int threads = Math.Max(1, process.Threads.Count);
        Write($"{folder}/stat", $"{id} ({name}) {usage.State} {process.Parent} 1 1 0 -1 4194560 {usage.MinorFaults} 0 {usage.MajorFaults} 0 "
            + $"{usage.UserTicks} {usage.SystemTicks} 0 0 20 0 {threads} 0 {process.StartTicks} 8192000 25 18446744073709551615 1 1 0 0\n");
        Write($"{folder}/status", $"Name:\t{name}\nUid:\t4000000000\t{process.User}\t0\t0\nVmSwap:\t       4 kB\n"
            + $"voluntary_ctxt_switches:\t{usage.VoluntarySwitches}\nnonvoluntary_ctxt_switches:\t{usage.NonvoluntarySwitches}\n");
        Write($"{folder}/io", $"rchar: 1\nwchar: 2\nsyscr: 3\nsyscw: 4\nread_bytes: {usage.ReadBytes}\nwrite_bytes: {usage.WrittenBytes}\ncancelled_write_bytes: 0\n");
        Write($"{folder}/wchan", usage.WaitChannel);
    }
}

internal sealed record FixtureUsage
{
    public char State { get; init; } = 'S';

    public int UserTicks { get; init; }

    public int SystemTicks { get; init; }

    public int MinorFaults { get; init; }

    public int MajorFaults { get; init; }

    public long ReadBytes { get; init; }

    public long WrittenBytes { get; init; }

    public int VoluntarySwitches { get; init; }

    public int NonvoluntarySwitches { get; init; }

    public string WaitChannel { get; init; } = "0";
}

internal sealed record FixtureThread(int Id, string Name, FixtureUsage Usage);

internal sealed record FixtureProcess(int Id, string Name)
{
    public int Parent { get; init; } = 1;

    public IReadOnlyList<string> Line { get; init; } = ["/usr/bin/" + Name];

    public int StartTicks { get; init; } = 1000;

    public uint User { get; init; } = 4_000_000_001;

    public int Descriptors { get; init; } = 1;

    public string DescriptorLimit { get; init; } = "1024";

    public string ControlGroups { get; init; } = "0::/system.slice/nginx.service\n";

    public FixtureUsage Usage { get; init; } = new();

    public IReadOnlyList<FixtureThread> Threads { get; init; } = [];
}
