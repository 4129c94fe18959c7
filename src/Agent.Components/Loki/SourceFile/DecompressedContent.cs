using System.IO.Compression;
using Agent.Components.Common.Compression;
using Microsoft.Win32.SafeHandles;

namespace Agent.Components.Loki.SourceFile;

/// <summary>A compressed file; offsets count its decompressed bytes. What was read but not consumed is kept, since streams do not go back.</summary>
internal sealed class DecompressedContent(Stream stream) : FileContent
{
    private byte[] _kept = [];
    private int _keptLength;
    private long _keptFrom;
    private string? _failure;

    public override string? Failure => _failure;

    public static DecompressedContent Open(SafeFileHandle handle, CompressionFormat format)
    {
        // The tail owns the handle: a stream of its own on the same path might be another file by now.
        Stream compressed = new HandleStream(handle);
        return new DecompressedContent(format switch
        {
            CompressionFormat.Gz => new GZipStream(compressed, CompressionMode.Decompress),
            CompressionFormat.Z => new ZLibStream(compressed, CompressionMode.Decompress),
            _ => new Bzip2Stream(compressed),
        });
    }

    public override int Read(Span<byte> into, long offset)
    {
        Forget(offset);
        if (_kept.Length < into.Length)
        {
            Array.Resize(ref _kept, into.Length);
        }
        while (_keptLength < into.Length)
        {
            int read = Decompress(_kept.AsSpan(_keptLength, into.Length - _keptLength));
            if (read == 0)
            {
                break;
            }
            _keptLength += read;
            // A position from before a restart: everything up to it was delivered.
            Forget(offset);
        }
        if (_keptFrom < offset)
        {
            return 0;
        }
        int count = Math.Min(_keptLength, into.Length);
        _kept.AsSpan(0, count).CopyTo(into);
        return count;
    }

    public override void Dispose()
    {
        stream.Dispose();
        base.Dispose();
    }

    // A file that is still being written, or is damaged: what came before stays good.
    private int Decompress(Span<byte> into)
    {
        try
        {
            return _failure is null ? stream.Read(into) : 0;
        }
        catch (InvalidDataException exception)
        {
            _failure = exception.Message;
            return 0;
        }
    }

    private void Forget(long before)
    {
        int count = (int)Math.Min(before - _keptFrom, _keptLength);
        _kept.AsSpan(count, _keptLength - count).CopyTo(_kept);
        _keptLength -= count;
        _keptFrom += count;
    }
}
