using System.Buffers.Binary;
using System.Buffers.Text;
using System.Globalization;
using System.IO.Enumeration;
using System.Runtime.InteropServices;
using System.Text;
using Agent.Components.Common.Files;
using Agent.Components.Prometheus.ExporterUnix;
using Agent.Wire;

namespace Agent.Components.Prometheus.ExporterProcess;

/// <summary>How reading a file of a process went.</summary>
internal enum ProcRead
{
    Done,

    /// <summary>There is no such file: the process has ended, or this kernel does not offer it.</summary>
    Gone,

    /// <summary>The agent may not read it, or the kernel answered with another error.</summary>
    Failed,
}

/// <summary>Reads the files below a <c>/proc</c>, see proc(5).</summary>
/// <remarks>
/// A scrape opens several files for each process, and those of other users fail every time: so paths and contents live in two buffers,
/// and an error is a number rather than an exception. What <c>Read</c> answers with dies at the next call. Not thread safe.
/// </remarks>
internal sealed class ProcFiles : IDisposable
{
    // Only `smaps` of a kernel before 4.15 comes anywhere near.
    private const int LongestFile = 16 << 20;
    private const int ReadSize = 4096;
    private const int Retained = 256 * 1024;
    private const int LongestNumber = 11;
    private const int NoEntry = 2;
    private const int NoProcess = 3;
    private const int SizeInStatx = 40;

    private readonly GrowableBuffer _path = new();
    private readonly GrowableBuffer _content = new();
    private readonly int _rootLength;

    // Since Linux 6.2 the size of /proc/PID/fd is the number of descriptors; elsewhere a folder's size means nothing.
    private readonly bool _folderSizeCounts;

    public ProcFiles(string root)
    {
        Root = root;
        _path.Write(Encoding.UTF8.GetBytes(root));
        _path.WriteByte((byte)'/');
        _rootLength = _path.Length;
        _folderSizeCounts = FileSystemKind.IsProc(root);
    }

    public string Root { get; }

    /// <summary>A file of the machine as a whole, such as <c>stat</c>.</summary>
    public ProcRead Read(ReadOnlySpan<byte> file, out ReadOnlySpan<byte> content)
    {
        _path.Truncate(_rootLength);
        return ReadAt(file, out content);
    }

    public ProcRead Read(int process, ReadOnlySpan<byte> file, out ReadOnlySpan<byte> content)
    {
        StartPath(process);
        return ReadAt(file, out content);
    }

    public ProcRead Read(int process, int thread, ReadOnlySpan<byte> file, out ReadOnlySpan<byte> content)
    {
        StartPath(process);
        _path.Write("task/"u8);
        AppendNumber(thread);
        return ReadAt(file, out content);
    }

    /// <summary>How many file descriptors a process has open.</summary>
    public ProcRead CountDescriptors(int process, out long count)
    {
        count = 0;
        StartPath(process);
        _path.Write("fd\0"u8);
        if (_folderSizeCounts)
        {
            Span<byte> stat = stackalloc byte[Libc.StatxSize];
            if (Libc.Statx(Libc.CurrentFolder, _path.Written, flags: 0, Libc.BasicStats, stat) != 0)
            {
                return Outcome(Marshal.GetLastPInvokeError());
            }
            count = BinaryPrimitives.ReadInt64LittleEndian(stat[SizeInStatx..]);
        }
        return count > 0 ? ProcRead.Done : List(FolderOf(process, "fd"), null, out count);
    }

    /// <summary>The numbers of all processes.</summary>
    public ProcRead ListProcesses(List<int> processes) => List(Root, processes, out _);

    /// <summary>The numbers of a process's threads.</summary>
    public ProcRead ListThreads(int process, List<int> threads) => List(FolderOf(process, "task"), threads, out _);

    /// <summary>Gives back what one huge file made the buffer grow by.</summary>
    public void Trim()
    {
        if (_content.Capacity > Retained)
        {
            _content.Release();
        }
    }

    public void Dispose()
    {
        _path.Dispose();
        _content.Dispose();
    }

    private static ProcRead Outcome(int error) => error is NoEntry or NoProcess ? ProcRead.Gone : ProcRead.Failed;

    private static ProcRead List(string folder, List<int>? numbers, out long count)
    {
        numbers?.Clear();
        count = 0;
        using var listing = new NumberListing(folder);
        while (listing.MoveNext())
        {
            numbers?.Add(listing.Current);
            count++;
        }
        return listing.Error == 0 ? ProcRead.Done : Outcome(listing.Error);
    }

    private string FolderOf(int process, string name) => string.Create(CultureInfo.InvariantCulture, $"{Root}/{process}/{name}");

    private void StartPath(int process)
    {
        _path.Truncate(_rootLength);
        AppendNumber(process);
    }

    private void AppendNumber(int number)
    {
        Utf8Formatter.TryFormat(number, _path.Reserve(LongestNumber), out int written);
        _path.Advance(written);
        _path.WriteByte((byte)'/');
    }

    private ProcRead ReadAt(ReadOnlySpan<byte> file, out ReadOnlySpan<byte> content)
    {
        content = default;
        _path.Write(file);
        _path.WriteByte(0);
        _content.Clear();
        int descriptor = HostFile.Open(_path.Written);
        if (descriptor < 0)
        {
            return Outcome(-descriptor);
        }
        try
        {
            return ReadAll(descriptor, out content);
        }
        finally
        {
            _ = Libc.Close(descriptor);
        }
    }

    private ProcRead ReadAll(int descriptor, out ReadOnlySpan<byte> content)
    {
        content = default;
        while (_content.Length < LongestFile)
        {
            int read = HostFile.Read(descriptor, _content.Reserve(ReadSize));
            if (read < 0)
            {
                return Outcome(-read);
            }
            if (read == 0)
            {
                content = _content.Written;
                return ProcRead.Done;
            }
            _content.Advance(read);
        }
        return ProcRead.Failed;
    }

    /// <summary>The entries of a folder whose names are numbers. No string is made of them, and an error ends the list instead of throwing.</summary>
    private sealed class NumberListing(string folder) : FileSystemEnumerator<int>(folder, Options)
    {
        private static readonly EnumerationOptions Options = new() { AttributesToSkip = 0, IgnoreInaccessible = false };

        // Without an initializer: the base constructor may already have set it.
        public int Error { get; private set; }

        protected override bool ShouldIncludeEntry(ref FileSystemEntry entry) => TryNumber(entry.FileName, out _);

        protected override int TransformEntry(ref FileSystemEntry entry) => TryNumber(entry.FileName, out int number) ? number : -1;

        protected override bool ContinueOnError(int error)
        {
            Error = error;
            return true;
        }

        private static bool TryNumber(ReadOnlySpan<char> name, out int number) =>
            int.TryParse(name, NumberStyles.None, CultureInfo.InvariantCulture, out number);
    }
}
