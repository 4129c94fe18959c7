using System.Buffers.Binary;
using Agent.Components.Common.Files;
using Agent.Storage;
using Microsoft.Win32.SafeHandles;

namespace Agent.Components.Loki.SourceFile.Rotation;

/// <summary>A rotated file, opened, with what is needed to know it again.</summary>
internal sealed class RotatedContent : IDisposable
{
    private SafeFileHandle? _handle;

    private RotatedContent(RotatedFile file, SafeFileHandle handle, FileStat stat)
    {
        File = file;
        Stat = stat;
        _handle = handle;
        byte[] raw = new byte[FileFingerprint.Size];
        int read = RandomAccess.Read(handle, raw, 0);
        Start = raw.AsMemory(0, read);
        if (file.Name.IsCompressed)
        {
            ReadCompressed(handle, raw.AsSpan(0, read));
        }
        else
        {
            Length = stat.Size;
        }
    }

    public RotatedFile File { get; }

    public FileStat Stat { get; }

    /// <summary>Its first bytes, decompressed.</summary>
    public ReadOnlyMemory<byte> Start { get; private set; }

    /// <summary>Null for a file that lies there as it was written.</summary>
    public CompressionFormat? Format { get; private set; }

    /// <summary>Its length, decompressed, where the file tells; modulo 2³² for gzip.</summary>
    public long? Length { get; private set; }

    /// <summary>Why it cannot be read, or null.</summary>
    public string? Problem { get; private set; }

    /// <exception cref="IOException">It cannot be opened: it may have got another name meanwhile.</exception>
    /// <exception cref="UnauthorizedAccessException">The agent has no right to read it.</exception>
    public static RotatedContent Open(RotatedFile file)
    {
        SafeFileHandle handle = OpenFile.OpenHandle(file.Path, out FileStat stat);
        try
        {
            return new RotatedContent(file, handle, stat);
        }
        catch (IOException)
        {
            handle.Dispose();
            throw;
        }
    }

    /// <summary>True where everything up to <paramref name="offset"/> is everything.</summary>
    public bool EndsAt(long offset) => Format is null ? offset == Length : Length is { } length && (uint)offset == length;

    /// <summary>Hands on the descriptor as a file to read from an offset.</summary>
    public OpenFile ToOpenFile(TailOptions options, long offset)
    {
        SafeFileHandle handle = _handle!;
        _handle = null;
        return OpenFile.Create(handle, Stat, options with { Compression = Format }, offset);
    }

    public void Dispose() => _handle?.Dispose();

    private void ReadCompressed(SafeFileHandle handle, ReadOnlySpan<byte> raw)
    {
        Format = CompressedStart.FormatOf(raw);
        if (Format is not { } format)
        {
            Problem = "its compression is not known";
            return;
        }
        if (format == CompressionFormat.Gz && Stat.Size >= sizeof(uint))
        {
            Span<byte> trailer = stackalloc byte[sizeof(uint)];
            Length = RandomAccess.Read(handle, trailer, Stat.Size - sizeof(uint)) == sizeof(uint)
                ? BinaryPrimitives.ReadUInt32LittleEndian(trailer)
                : null;
        }
        byte[] start = new byte[FileFingerprint.Size];
        using DecompressedContent content = DecompressedContent.Open(handle, format);
        Start = start.AsMemory(0, content.Read(start, 0));
        Problem = Start.IsEmpty ? content.Failure : null;
    }
}
