using System.Buffers;
using System.Text;
using System.Text.Unicode;
using Agent.Wire;

namespace Agent.Components.Loki.SourceJournal;

/// <summary>
/// Writes an entry as a JSON object: names sorted, all values strings, of equal names the last one; escaped as Go does, so that
/// lines look alike whoever reads the journal.
/// </summary>
internal sealed class JournalJson : IDisposable
{
    // What Go escapes in strings, for the sake of HTML too; what is not ASCII is looked at separately.
    private static readonly SearchValues<byte> Special = SearchValues.Create(
        [.. Enumerable.Range(0, 32).Select(static c => (byte)c), .. "\"\\<>&"u8, .. Enumerable.Range(128, 128).Select(static c => (byte)c)]);

    private readonly List<(FieldName Name, int Start, int Length)> _fields = [];
    private readonly GrowableBuffer _values = new();
    private readonly GrowableBuffer _text = new();

    /// <summary>Starts the next entry.</summary>
    public void Begin()
    {
        _fields.Clear();
        _values.Clear();
    }

    public void Add(FieldName name, ReadOnlySpan<byte> value)
    {
        (FieldName, int, int) field = (name, _values.Length, value.Length);
        _values.Write(value);
        int low = 0;
        int high = _fields.Count - 1;
        while (low <= high)
        {
            int middle = (low + high) >>> 1;
            int order = string.CompareOrdinal(_fields[middle].Name.Name, name.Name);
            if (order == 0)
            {
                _fields[middle] = field;
                return;
            }
            (low, high) = order < 0 ? (middle + 1, high) : (low, middle - 1);
        }
        _fields.Insert(low, field);
    }

    /// <summary>The object; valid until the next call.</summary>
    public ReadOnlySpan<byte> Write()
    {
        _text.Clear();
        _text.WriteByte((byte)'{');
        for (int i = 0; i < _fields.Count; i++)
        {
            (FieldName name, int start, int length) = _fields[i];
            _text.Write(i == 0 ? "\""u8 : ",\""u8);
            _text.Advance(Encoding.UTF8.GetBytes(name.Name, _text.Reserve(name.Name.Length * 3)));
            _text.Write("\":\""u8);
            Escape(_values.Written.Slice(start, length));
            _text.WriteByte((byte)'"');
        }
        _text.WriteByte((byte)'}');
        return _text.Written;
    }

    public void Dispose()
    {
        _values.Dispose();
        _text.Dispose();
    }

    private void Escape(ReadOnlySpan<byte> value)
    {
        while (true)
        {
            int plain = value.IndexOfAny(Special);
            if (plain < 0)
            {
                _text.Write(value);
                return;
            }
            _text.Write(value[..plain]);
            value = value[plain..];
            if (value[0] < 0x80)
            {
                EscapeAscii(value[0]);
                value = value[1..];
            }
            else
            {
                OperationStatus status = Rune.DecodeFromUtf8(value, out Rune rune, out int width);
                // Go takes invalid bytes one by one.
                width = status == OperationStatus.Done ? width : 1;
                WriteRune(status, rune, value[..width]);
                value = value[width..];
            }
        }
    }

    private void WriteRune(OperationStatus status, Rune rune, ReadOnlySpan<byte> bytes)
    {
        if (status != OperationStatus.Done)
        {
            _text.Write("\\ufffd"u8);
        }
        else if (rune.Value is 0x2028 or 0x2029)
        {
            _text.Write(rune.Value == 0x2028 ? "\\u2028"u8 : "\\u2029"u8);
        }
        else
        {
            _text.Write(bytes);
        }
    }

    private void EscapeAscii(byte value)
    {
        switch (value)
        {
            case (byte)'"' or (byte)'\\':
                _text.WriteByte((byte)'\\');
                _text.WriteByte(value);
                break;
            case (byte)'\n':
                _text.Write("\\n"u8);
                break;
            case (byte)'\r':
                _text.Write("\\r"u8);
                break;
            case (byte)'\t':
                _text.Write("\\t"u8);
                break;
            default:
                Utf8.TryWrite(_text.Reserve(6), $"\\u{value:x4}", out int written);
                _text.Advance(written);
                break;
        }
    }
}
