using System.Buffers;
using System.Text.Json;

namespace Agent.Kubernetes.Json;

/// <summary>Finds where objects begin and end, over any splitting of the text into pieces.</summary>
internal sealed class FrameScanner(FrameShape shape)
{
    private static readonly SearchValues<byte> Structure = SearchValues.Create("\"{}[]"u8);

    /// <summary>The name of the field at the list's own level, as far as it matters: the longest that does has eight bytes.</summary>
    private readonly byte[] _word = new byte[9];
    private int _wordLength;
    private bool _inString;
    private bool _isEscaped;
    private bool _inItems;
    private int _depth;
    private int _frameDepth = -1;

    /// <summary>The list has ended: nothing comes after it.</summary>
    public bool IsDone { get; private set; }

    /// <summary>The stream may end here.</summary>
    public bool IsBetween => _depth == 0 && !_inString && (shape == FrameShape.Documents || IsDone);

    public bool IsMetadata { get; private set; }

    /// <summary>Bytes of the frame that has just been found.</summary>
    public long FrameSize { get; private set; }

    /// <summary>Bytes so far of the frame that has begun; 0 where none has.</summary>
    public long OpenSize { get; private set; }

    /// <summary>Scans to the end of a frame, or of the piece.</summary>
    /// <param name="scanned">How many bytes are done with.</param>
    /// <exception cref="JsonException">What stands there is no JSON object.</exception>
    public bool Scan(ReadOnlySpan<byte> piece, out int scanned)
    {
        int at = 0;
        while (at < piece.Length && !IsDone)
        {
            int from = at;
            bool isFrame = _inString ? ScanString(piece, ref at) : _frameDepth >= 0 ? ScanFrame(piece, ref at) : ScanShell(piece, ref at);
            if (_frameDepth >= 0 || isFrame)
            {
                OpenSize += at - from;
            }
            if (isFrame)
            {
                (FrameSize, OpenSize) = (OpenSize, 0);
                scanned = at;
                return true;
            }
        }
        scanned = at;
        return false;
    }

    private bool ScanString(ReadOnlySpan<byte> piece, ref int at)
    {
        if (_isEscaped)
        {
            _isEscaped = false;
            Remember(piece.Slice(at, 1));
            at++;
            return false;
        }
        ReadOnlySpan<byte> rest = piece[at..];
        int stop = rest.IndexOfAny((byte)'"', (byte)'\\');
        Remember(stop < 0 ? rest : rest[..stop]);
        if (stop < 0)
        {
            at = piece.Length;
            return false;
        }
        _isEscaped = rest[stop] == '\\';
        _inString = _isEscaped;
        at += stop + 1;
        return false;
    }

    private bool ScanFrame(ReadOnlySpan<byte> piece, ref int at)
    {
        int step = piece[at..].IndexOfAny(Structure);
        if (step < 0)
        {
            at = piece.Length;
            return false;
        }
        at += step + 1;
        switch (piece[at - 1])
        {
            case (byte)'"':
                _inString = true;
                return false;
            case (byte)'{' or (byte)'[':
                _depth++;
                return false;
            default:
                _depth--;
                if (_depth != _frameDepth)
                {
                    return false;
                }
                _frameDepth = -1;
                return true;
        }
    }

    /// <summary>One byte of what is around the frames.</summary>
    private bool ScanShell(ReadOnlySpan<byte> piece, ref int at)
    {
        byte c = piece[at];
        if (c is (byte)'{' && Opens())
        {
            // The frame begins with this byte: it is scanned, and counted, as its first.
            _frameDepth = _depth;
            return false;
        }
        at++;
        switch (c)
        {
            case (byte)'"' when _depth > 0:
                (_inString, _wordLength) = (true, 0);
                break;
            case (byte)'{' or (byte)'[':
                _inItems |= c == '[' && _depth == 1 && Word.SequenceEqual("items"u8);
                _depth++;
                _wordLength = 0;
                break;
            case (byte)'}' or (byte)']' when _depth > 0:
                _depth--;
                _inItems &= _depth >= 2;
                IsDone = _depth == 0;
                break;
            case (byte)',':
                _wordLength = 0;
                break;
            case (byte)' ' or (byte)'\n' or (byte)'\r' or (byte)'\t':
                break;
            default:
                Check(c);
                break;
        }
        return false;
    }

    private ReadOnlySpan<byte> Word => _word.AsSpan(0, _wordLength);

    private bool Opens()
    {
        IsMetadata = shape == FrameShape.ListParts && _depth == 1 && Word.SequenceEqual("metadata"u8);
        return shape == FrameShape.Documents || IsMetadata || (_inItems && _depth == 2);
    }

    private void Check(byte c)
    {
        if (_depth == 0)
        {
            throw new JsonException($"the server's answer is no JSON object: it has '{(char)c}' (0x{c:x2}) where one should begin");
        }
    }

    private void Remember(ReadOnlySpan<byte> text)
    {
        if (_frameDepth < 0)
        {
            int taken = Math.Min(text.Length, _word.Length - _wordLength);
            text[..taken].CopyTo(_word.AsSpan(_wordLength));
            _wordLength += taken;
        }
    }
}
