using System.Buffers.Binary;
using System.Buffers.Text;
using System.Text;
using Agent.Wire;

namespace Agent.Components.Loki.SourceJournal;

/// <summary>
/// Takes the journal export format apart, however it comes in pieces. A field is <c>NAME=text\n</c>, or <c>NAME\n</c>, eight bytes of
/// length (little endian), that many bytes, <c>\n</c>; an empty line ends the entry. See systemd's JOURNAL_EXPORT_FORMATS.
/// </summary>
internal sealed class ExportParser : IDisposable
{
    // One more byte than an entry may have, so that whoever reads it sees that it was cut.
    private const int LongestValue = JournalLimits.LongestValue + 1;
    private const int LargestEntry = JournalLimits.LargestEntry + 1;
    private const int LongestName = 256;

    private readonly GrowableBuffer _bytes = new();
    private readonly GrowableBuffer _cursor = new();
    private readonly List<(int Name, int Value, int End)> _fields = [];
    private readonly byte[] _length = new byte[sizeof(ulong)];
    private Part _part;
    private int _name;
    private int _value;
    private int _lengthBytes;
    private ulong _left;
    private int _next;
    private (int Start, int End) _cursorAt;
    private bool _isAfterBreak;

    private enum Part
    {
        Name,
        Text,
        Length,
        Data,
        DataEnd,
        Lost,
        Done,
    }

    /// <summary>When the journal took the entry: nanoseconds since 1970, 0 where that is missing.</summary>
    public long Timestamp { get; private set; }

    /// <summary>The cursor of the last complete entry; the next one's counts only once that is complete.</summary>
    public string Cursor => Encoding.UTF8.GetString(_cursor.Written);

    /// <summary>True where the entry broke the rules of the format.</summary>
    public bool IsCorrupt { get; private set; }

    /// <summary>Takes bytes off the input until an entry is complete, or there are none left.</summary>
    /// <returns>True where an entry is complete; it stays until the next call.</returns>
    public bool TryTake(ref ReadOnlySpan<byte> input)
    {
        if (_part == Part.Done)
        {
            Reset();
        }
        while (!input.IsEmpty && _part != Part.Done)
        {
            switch (_part)
            {
                case Part.Name:
                    TakeName(ref input);
                    break;
                case Part.Text:
                    TakeText(ref input);
                    break;
                case Part.Length:
                    TakeLength(ref input);
                    break;
                case Part.Data:
                    TakeData(ref input);
                    break;
                case Part.DataEnd:
                    TakeDataEnd(ref input);
                    break;
                default:
                    TakeLost(ref input);
                    break;
            }
        }
        return _part == Part.Done;
    }

    /// <summary>Steps through the fields of the complete entry.</summary>
    public JournalRead NextField(out JournalField field)
    {
        field = default;
        if (IsCorrupt)
        {
            return JournalRead.Corrupt;
        }
        if (_next == _fields.Count)
        {
            return JournalRead.End;
        }
        (int name, int value, int end) = _fields[_next++];
        ReadOnlySpan<byte> bytes = _bytes.Written;
        field = new JournalField(bytes[name..value], bytes[value..end]);
        return JournalRead.Item;
    }

    public void Dispose()
    {
        _bytes.Dispose();
        _cursor.Dispose();
    }

    private void Reset()
    {
        _part = Part.Name;
        _bytes.Clear();
        _fields.Clear();
        _name = 0;
        _next = 0;
        Timestamp = 0;
        IsCorrupt = false;
        _cursorAt = default;
    }

    private void TakeName(ref ReadOnlySpan<byte> input)
    {
        int end = input.IndexOfAny((byte)'=', (byte)'\n');
        ReadOnlySpan<byte> piece = end < 0 ? input : input[..end];
        if (_bytes.Length - _name + piece.Length > LongestName)
        {
            IsCorrupt = true;
        }
        else
        {
            _bytes.Write(piece);
        }
        if (end < 0)
        {
            input = default;
            return;
        }
        bool isText = input[end] == '=';
        input = input[(end + 1)..];
        _value = _bytes.Length;
        bool isEmpty = _value == _name;
        if (isEmpty && !isText)
        {
            // Several empty lines between entries are fine.
            if (_fields.Count > 0 || IsCorrupt || _cursorAt.End > 0)
            {
                Complete();
            }
            return;
        }
        IsCorrupt |= isEmpty;
        _part = isText ? Part.Text : Part.Length;
        _lengthBytes = 0;
    }

    private void TakeText(ref ReadOnlySpan<byte> input)
    {
        int end = input.IndexOf((byte)'\n');
        Keep(end < 0 ? input : input[..end]);
        input = end < 0 ? default : input[(end + 1)..];
        if (end >= 0)
        {
            EndField();
        }
    }

    private void TakeLength(ref ReadOnlySpan<byte> input)
    {
        int taken = Math.Min(input.Length, sizeof(ulong) - _lengthBytes);
        input[..taken].CopyTo(_length.AsSpan(_lengthBytes));
        _lengthBytes += taken;
        input = input[taken..];
        if (_lengthBytes == sizeof(ulong))
        {
            _left = BinaryPrimitives.ReadUInt64LittleEndian(_length);
            _part = _left > 0 ? Part.Data : Part.DataEnd;
        }
    }

    private void TakeData(ref ReadOnlySpan<byte> input)
    {
        int taken = (int)Math.Min((ulong)input.Length, _left);
        Keep(input[..taken]);
        input = input[taken..];
        _left -= (ulong)taken;
        _part = _left > 0 ? Part.Data : Part.DataEnd;
    }

    private void TakeDataEnd(ref ReadOnlySpan<byte> input)
    {
        if (input[0] == '\n')
        {
            input = input[1..];
            EndField();
            return;
        }
        IsCorrupt = true;
        _isAfterBreak = false;
        _part = Part.Lost;
    }

    // After a wrong length only an empty line says where an entry ends.
    private void TakeLost(ref ReadOnlySpan<byte> input)
    {
        int end = input.IndexOf((byte)'\n');
        bool isEmpty = end == 0 && _isAfterBreak;
        _isAfterBreak = end >= 0;
        input = end < 0 ? default : input[(end + 1)..];
        if (isEmpty)
        {
            Complete();
        }
    }

    private void Complete()
    {
        _part = Part.Done;
        if (_cursorAt.End > 0)
        {
            _cursor.Clear();
            _cursor.Write(_bytes.Written[_cursorAt.Start.._cursorAt.End]);
        }
    }

    private void Keep(ReadOnlySpan<byte> piece)
    {
        int room = Math.Min(LongestValue - (_bytes.Length - _value), LargestEntry - _bytes.Length);
        _bytes.Write(piece[..Math.Clamp(room, 0, piece.Length)]);
    }

    private void EndField()
    {
        ReadOnlySpan<byte> name = _bytes.Written[_name.._value];
        ReadOnlySpan<byte> value = _bytes.Written[_value..];
        if (!name.StartsWith("__"u8))
        {
            _fields.Add((_name, _value, _bytes.Length));
        }
        else if (name.SequenceEqual("__CURSOR"u8))
        {
            _cursorAt = (_value, _bytes.Length);
        }
        else if (name.SequenceEqual("__REALTIME_TIMESTAMP"u8) && Utf8Parser.TryParse(value, out long microseconds, out _)
            && microseconds is > 0 and < long.MaxValue / 1000)
        {
            Timestamp = microseconds * 1000;
        }
        _name = _bytes.Length;
        _part = Part.Name;
    }
}
