using System.Runtime.InteropServices;
using Agent.Wire.Protobuf;

namespace Agent.Wire.Snappy;

/// <summary>Compresses one block from segments given one after another, as if they were contiguous.</summary>
/// <remarks>
/// Small segments meet in the encoder's 64 KiB staging buffer, so that matches reach across them; whole fragments inside a
/// large segment are compressed where they lie. The uncompressed length leads the block and must be known beforehand.
/// </remarks>
public ref struct SnappySegments
{
    private readonly SnappyEncoder _encoder;
    private readonly Span<byte> _output;
    private int _remaining;
    private int _written;
    private int _staged;

    /// <param name="totalLength">Bytes the segments have together.</param>
    /// <param name="output">At least <see cref="SnappyEncoder.MaxCompressedLength"/> of <paramref name="totalLength"/> bytes.</param>
    public SnappySegments(SnappyEncoder encoder, int totalLength, Span<byte> output)
    {
        if (output.Length < SnappyEncoder.MaxCompressedLength(totalLength))
        {
            throw new ArgumentException("cannot compress: the output is smaller than MaxCompressedLength", nameof(output));
        }
        _encoder = encoder;
        _output = output;
        _remaining = totalLength;
        _written = Varint.Write(output, (uint)totalLength);
    }

    public void Add(scoped ReadOnlySpan<byte> segment)
    {
        if (segment.Length > _remaining)
        {
            throw new ArgumentException("cannot compress: the segments are longer than the announced total", nameof(segment));
        }
        _remaining -= segment.Length;
        while (!segment.IsEmpty)
        {
            // Nothing staged, and either a whole fragment or the end of the input: compress it in place.
            if (_staged == 0 && (segment.Length >= SnappyFormat.FragmentLength || _remaining == 0))
            {
                int length = Math.Min(segment.Length, SnappyFormat.FragmentLength);
                Emit(segment[..length]);
                segment = segment[length..];
                continue;
            }
            int taken = Math.Min(segment.Length, SnappyFormat.FragmentLength - _staged);
            segment[..taken].CopyTo(_encoder.Staging.AsSpan(_staged));
            _staged += taken;
            segment = segment[taken..];
            if (_staged == SnappyFormat.FragmentLength)
            {
                FlushStaging();
            }
        }
    }

    /// <summary>Ends the block and returns its length.</summary>
    public int Finish()
    {
        if (_remaining != 0)
        {
            throw new InvalidOperationException($"cannot finish the block: {_remaining} announced bytes were not added");
        }
        if (_staged > 0)
        {
            FlushStaging();
        }
        return _written;
    }

    private void FlushStaging()
    {
        Emit(_encoder.Staging.AsSpan(0, _staged));
        _staged = 0;
    }

    private void Emit(scoped ReadOnlySpan<byte> fragment) =>
        _written += _encoder.CompressFragment(fragment, ref MemoryMarshal.GetReference(_output[_written..]));
}
