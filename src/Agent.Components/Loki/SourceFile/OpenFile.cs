using System.Text;
using Agent.Components.Common.Files;
using Agent.Storage;
using Microsoft.Win32.SafeHandles;

namespace Agent.Components.Loki.SourceFile;

/// <summary>One file that is being read. The descriptor is kept to the file's end, whatever becomes of its name.</summary>
internal sealed class OpenFile : IDisposable
{
    private readonly SafeFileHandle _handle;
    private long _offset;

    private OpenFile(SafeFileHandle handle, FileStat stat, TailOptions options, long offset)
    {
        _handle = handle;
        _offset = offset;
        Identity = stat.Identity;
        Options = options;
        Content = options.Compression is { } format ? DecompressedContent.Open(handle, format) : new PlainContent(handle);
    }

    public FileIdentity Identity { get; }

    public TailOptions Options { get; private set; }

    public FileContent Content { get; }

    public bool IsCompressed => Options.Compression is not null;

    /// <summary>Null until the start of the file, which may hold a byte order mark, has been seen.</summary>
    public LineFormat? Format { get; private set; }

    /// <summary>Where the first line begins that was not handed on.</summary>
    public long Offset
    {
        get => Volatile.Read(ref _offset);
        set => Volatile.Write(ref _offset, value);
    }

    /// <summary>True inside of a line that was cut: what follows up to its newline is left out.</summary>
    public bool IsSkipping { get; set; }

    /// <summary>True where the last read left nothing but an incomplete line.</summary>
    public bool IsAtEnd { get; set; }

    /// <summary>True once nobody will write to it any more, so that an incomplete last line is all there will be of it.</summary>
    public bool IsFinishing { get; set; }

    /// <summary>When it was seen to grow last, as a timestamp of the clock.</summary>
    public long LastGrowth { get; set; }

    /// <summary>When it no longer stood at its path, as a timestamp of the clock; 0 while it does.</summary>
    public long LeftAt { get; set; }

    public FileStat Stat { get; set; }

    /// <summary>Null until the tail has decided where to start.</summary>
    public DeliveredOffset Delivered
    {
        get;
        set
        {
            field = value;
            Lag ??= new FileLag(value);
        }
    } = null!;

    /// <summary>How far its delivery is behind.</summary>
    public FileLag Lag { get; private set; } = null!;

    /// <summary>Opens what stands at a path.</summary>
    /// <exception cref="IOException">It cannot be opened, or is no regular file.</exception>
    /// <exception cref="UnauthorizedAccessException">The agent has no right to read it.</exception>
    public static SafeFileHandle OpenHandle(string path, out FileStat stat)
    {
        // Asked first: opening a pipe waits for a writer.
        if (!FileStat.TryGet(path, out stat, out string error))
        {
            throw new IOException(error);
        }
        Refuse(stat);
        SafeFileHandle handle = File.OpenHandle(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        if (!FileStat.TryGet(handle, out stat, out error))
        {
            handle.Dispose();
            throw new IOException(error);
        }
        return handle;
    }

    public static OpenFile Create(SafeFileHandle handle, FileStat stat, TailOptions options, long offset) =>
        new(handle, stat, options, offset) { Stat = stat with { Size = -1 } };

    /// <summary>The first bytes of a file, as fingerprints take them.</summary>
    public static ReadOnlySpan<byte> StartOf(SafeFileHandle handle, Span<byte> into) =>
        into[..RandomAccess.Read(handle, into[..FileFingerprint.Size], 0)];

    public ReadOnlySpan<byte> Start(Span<byte> into) => StartOf(_handle, into);

    public bool TryStat(out FileStat stat) => FileStat.TryGet(_handle, out stat, out _);

    /// <summary>Chooses the format by the file's first bytes, as soon as there are any.</summary>
    /// <returns>The length of the byte order mark.</returns>
    public int ChooseFormat(ReadOnlySpan<byte> start)
    {
        int mark = FileEncodings.ByteOrderMark(start, out Encoding? marked);
        Encoding? encoding = mark > 0 ? marked : Options.Encoding;
        Format = encoding is null ? LineFormat.Utf8 : new LineFormat(encoding);
        return mark;
    }

    /// <summary>Leaves out what is there: goes on after the last complete line.</summary>
    public void MoveToEnd(long size)
    {
        Span<byte> block = stackalloc byte[4096];
        int mark = ChooseFormat(block[..RandomAccess.Read(_handle, block[..4], 0)]);
        int unit = Format!.Unit;
        long end = size - (size % unit);
        for (long lowest = Math.Max(mark, end - BlockReader.LongestLine); end > lowest;)
        {
            long from = Math.Max(lowest, end - block.Length);
            int read = RandomAccess.Read(_handle, block[..(int)(end - from)], from);
            for (int at = read - unit; at >= 0; at -= unit)
            {
                if (Format.IndexOfNewline(block.Slice(at, unit)) == 0)
                {
                    Offset = from + at + unit;
                    return;
                }
            }
            end = from;
        }
        // No line begins within reach: the next one begins after the next newline.
        IsSkipping = end > mark;
        Offset = IsSkipping ? size - (size % unit) : mark;
    }

    /// <summary>True where another file holds the same just before an offset, as the copies of an editor do.</summary>
    public bool IsSameBefore(long offset, SafeFileHandle other)
    {
        Span<byte> mine = stackalloc byte[4096];
        Span<byte> its = stackalloc byte[4096];
        long from = Math.Max(0, offset - mine.Length);
        int length = (int)(offset - from);
        return RandomAccess.Read(_handle, mine[..length], from) == length
            && RandomAccess.Read(other, its[..length], from) == length
            && mine[..length].SequenceEqual(its[..length]);
    }

    /// <summary>The path under which the file can be found without links.</summary>
    public string? RealPath() => File.ResolveLinkTarget($"/proc/self/fd/{(int)_handle.DangerousGetHandle()}", returnFinalTarget: false)?.FullName;

    /// <summary>Goes on in another encoding.</summary>
    public void Reconfigure(TailOptions options)
    {
        Options = options;
        Format = null;
    }

    /// <summary>Starts again: the file was truncated.</summary>
    public void Restart(DeliveredOffset delivered)
    {
        Delivered.IsSuperseded = true;
        Delivered.Close();
        Delivered = delivered;
        Lag.Restart(delivered);
        Offset = 0;
        IsSkipping = false;
        IsAtEnd = false;
        Format = null;
    }

    public void Dispose()
    {
        Delivered?.Close();
        Content.Dispose();
        _handle.Dispose();
    }

    private static void Refuse(in FileStat stat)
    {
        switch (stat.Kind)
        {
            case FileKind.Folder:
                throw new IOException("it is a folder");
            case FileKind.Other:
                throw new IOException("it is no regular file");
        }
    }
}
