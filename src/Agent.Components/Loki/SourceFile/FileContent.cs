using Microsoft.Win32.SafeHandles;

namespace Agent.Components.Loki.SourceFile;

/// <summary>The bytes of an open file, by offset.</summary>
internal abstract class FileContent : IDisposable
{
    /// <summary>Reads from <paramref name="offset"/> on, which never goes back behind an earlier call's; 0 at the end.</summary>
    public abstract int Read(Span<byte> into, long offset);

    /// <summary>Why the content ends before its time, or null.</summary>
    public virtual string? Failure => null;

    public virtual void Dispose()
    {
    }
}

/// <summary>A file as it lies on disk.</summary>
internal sealed class PlainContent(SafeFileHandle handle) : FileContent
{
    public override int Read(Span<byte> into, long offset) => RandomAccess.Read(handle, into, offset);
}
