using System.Buffers;
using System.Text;

namespace Agent.Wire;

/// <summary>A string as UTF-8 for the length of a call: in the space given where it fits, else in a rented array.</summary>
internal ref struct Utf8Text
{
    /// <summary>Space to give: label names and values hardly ever exceed it.</summary>
    public const int UsualLength = 256;

    private byte[]? _rented;

    public Utf8Text(string text, Span<byte> space)
    {
        if (Encoding.UTF8.GetMaxByteCount(text.Length) > space.Length)
        {
            _rented = ArrayPool<byte>.Shared.Rent(Encoding.UTF8.GetMaxByteCount(text.Length));
            space = _rented;
        }
        Bytes = space[..Encoding.UTF8.GetBytes(text, space)];
    }

    public ReadOnlySpan<byte> Bytes { get; }

    public void Dispose()
    {
        if (_rented is not null)
        {
            ArrayPool<byte>.Shared.Return(_rented);
            _rented = null;
        }
    }
}
