using System.Globalization;
using Agent.Components.Common.Files;
using Agent.Wire;

namespace Agent.Components.Prometheus.ExporterProcess;

/// <summary>What matchers and names of groups look at of one process. Filled anew for each; what it hands out dies then.</summary>
/// <remarks>The user and the control groups are read only when a name asks for them.</remarks>
internal sealed class ProcessIdentity(ProcFiles files, string passwordFile) : IDisposable
{
    private readonly GrowableBuffer _name = new();
    private readonly GrowableBuffer _line = new();
    private Dictionary<string, string>? _users;
    private int _programLength;

    public int Id { get; private set; }

    /// <summary>When the process started, in ticks since the machine did.</summary>
    public ulong StartTicks { get; private set; }

    /// <summary>The name that the kernel keeps, of at most 15 bytes.</summary>
    public ReadOnlySpan<byte> Name => _name.Written;

    /// <summary>Whether there is a command line; kernel threads and zombies have none.</summary>
    public bool HasLine { get; private set; }

    /// <summary>All arguments with spaces between them.</summary>
    public ReadOnlySpan<byte> Line => _line.Written;

    /// <summary>The first argument: what the process says that it runs.</summary>
    public ReadOnlySpan<byte> Program => _line.Written[.._programLength];

    /// <summary>The same without folders.</summary>
    public ReadOnlySpan<byte> ProgramBase => BaseOf(Program);

    /// <summary>Starts a scrape: users may have been added.</summary>
    public void Begin() => _users = null;

    /// <param name="id">The process.</param>
    /// <param name="stat">What has been read.</param>
    /// <param name="name">The name out of it.</param>
    public ProcRead Fill(int id, in ProcStat stat, ReadOnlySpan<byte> name)
    {
        Id = id;
        StartTicks = stat.StartTicks;
        _name.Clear();
        _name.Write(name);
        _line.Clear();
        ProcRead read = files.Read(id, "cmdline"u8, out ReadOnlySpan<byte> line);
        HasLine = !line.IsEmpty;
        line = line.TrimEnd((byte)0);
        int end = line.IndexOf((byte)0);
        _programLength = end < 0 ? line.Length : end;
        _line.Write(line);
        _line.Mutable.Replace((byte)0, (byte)' ');
        return read;
    }

    /// <summary>Name of the effective user, or the number where it has none.</summary>
    public string UserName()
    {
        if (files.Read(Id, "status"u8, out ReadOnlySpan<byte> content) != ProcRead.Done)
        {
            return "";
        }
        string number = ProcText.Status(content).EffectiveUser.ToString(CultureInfo.InvariantCulture);
        _users ??= PasswordFile.Names(passwordFile);
        return _users.GetValueOrDefault(number, number);
    }

    /// <summary>Paths of the control groups; none where the kernel has none.</summary>
    public IReadOnlyList<string> ControlGroups() =>
        files.Read(Id, "cgroup"u8, out ReadOnlySpan<byte> content) == ProcRead.Done ? ProcText.ControlGroups(content) : [];

    public void Dispose()
    {
        _name.Dispose();
        _line.Dispose();
    }

    /// <summary>The last element of a path as Go's <c>filepath.Base</c> gives it: "." for none, "/" for the root.</summary>
    internal static ReadOnlySpan<byte> BaseOf(ReadOnlySpan<byte> path)
    {
        if (path.IsEmpty)
        {
            return "."u8;
        }
        ReadOnlySpan<byte> trimmed = path.TrimEnd((byte)'/');
        return trimmed.IsEmpty ? "/"u8 : trimmed[(trimmed.LastIndexOf((byte)'/') + 1)..];
    }
}
