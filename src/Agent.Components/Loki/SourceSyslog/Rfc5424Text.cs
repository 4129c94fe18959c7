using System.Buffers.Text;
using Agent.Telemetry;

namespace Agent.Components.Loki.SourceSyslog;

/// <summary>Writes a whole RFC 5424 message in the form that the field's libraries give it: sorted structured data, short fractions.</summary>
internal sealed class Rfc5424Text
{
    private const int LongestNumbers = 16;
    private const int SecondsEnd = 19;
    private const int FractionDigits = 6;
    private readonly List<StructuredDataParameter> _parameters = [];

    /// <summary>Valid as long as the memory of <paramref name="bytes"/> is.</summary>
    public ReadOnlyMemory<byte> Write(in SyslogMessage message, PooledBytes bytes)
    {
        // Nil values and the separators take no more than these 16 bytes; parameters can only become fewer.
        int longest = LongestNumbers + message.TimestampText.Length + message.Hostname.Length + message.AppName.Length + message.ProcId.Length
            + message.MsgId.Length + message.StructuredData.Length + message.Text.Length + 16;
        Memory<byte> memory = bytes.Take(longest);
        var writer = new Writer(memory.Span);
        writer.Add("<"u8);
        writer.Add(message.Priority);
        writer.Add(">"u8);
        writer.Add(message.Version);
        writer.Add(" "u8);
        AddTimestamp(ref writer, message);
        AddField(ref writer, message.Hostname);
        AddField(ref writer, message.AppName);
        AddField(ref writer, message.ProcId);
        AddField(ref writer, message.MsgId);
        writer.Add(" "u8);
        AddStructuredData(ref writer, message.StructuredData);
        if (!message.Text.IsEmpty)
        {
            writer.Add(" "u8);
            writer.Add(message.Text);
        }
        return memory[..writer.Length];
    }

    private static void AddField(ref Writer writer, ReadOnlySpan<byte> field)
    {
        writer.Add(" "u8);
        writer.Add(field.IsEmpty ? "-"u8 : field);
    }

    private static void AddTimestamp(ref Writer writer, in SyslogMessage message)
    {
        ReadOnlySpan<byte> text = message.TimestampText;
        if (text.Length <= SecondsEnd)
        {
            writer.Add("-"u8);
            return;
        }
        writer.Add(text[..SecondsEnd]);
        int zone = SecondsEnd + text[SecondsEnd..].IndexOfAny((byte)'Z', (byte)'+', (byte)'-');
        ReadOnlySpan<byte> fraction = text[SecondsEnd..zone];
        fraction = fraction[..Math.Min(fraction.Length, FractionDigits + 1)].TrimEnd((byte)'0');
        writer.Add(fraction.Length > 1 ? fraction : default);
        ReadOnlySpan<byte> offset = text[zone..];
        writer.Add(offset[1..].SequenceEqual("00:00"u8) ? "Z"u8 : offset);
    }

    private void AddStructuredData(ref Writer writer, ReadOnlySpan<byte> data)
    {
        if (data.IsEmpty)
        {
            writer.Add("-"u8);
            return;
        }
        Sort(data);
        ReadOnlySpan<byte> id = default;
        for (int i = 0; i < _parameters.Count; i++)
        {
            StructuredDataParameter parameter = _parameters[i];
            if (!data[parameter.Id].SequenceEqual(id))
            {
                writer.Add(i == 0 ? "["u8 : "]["u8);
                id = data[parameter.Id];
                writer.Add(id);
            }
            // Of parameters with one name the last one counts, as it does for labels.
            bool isRepeated = i + 1 < _parameters.Count && Compare(data, parameter, _parameters[i + 1]) == 0;
            if (!data[parameter.Name].IsEmpty && !isRepeated)
            {
                writer.Add(" "u8);
                writer.Add(data[parameter.Name]);
                writer.Add("=\""u8);
                writer.Add(data[parameter.Value]);
                writer.Add("\""u8);
            }
        }
        writer.Add("]"u8);
    }

    /// <summary>Stable, and quick for the few parameters that are usual and usually sorted.</summary>
    private void Sort(ReadOnlySpan<byte> data)
    {
        _parameters.Clear();
        var reader = new StructuredDataReader(data);
        while (reader.TryRead(out StructuredDataParameter parameter))
        {
            int low = 0;
            int high = _parameters.Count;
            while (low < high)
            {
                int middle = (low + high) >>> 1;
                if (Compare(data, _parameters[middle], parameter) <= 0)
                {
                    low = middle + 1;
                }
                else
                {
                    high = middle;
                }
            }
            _parameters.Insert(low, parameter);
        }
    }

    private static int Compare(ReadOnlySpan<byte> data, in StructuredDataParameter left, in StructuredDataParameter right)
    {
        int order = data[left.Id].SequenceCompareTo(data[right.Id]);
        return order != 0 ? order : data[left.Name].SequenceCompareTo(data[right.Name]);
    }

    private ref struct Writer(Span<byte> target)
    {
        private readonly Span<byte> _target = target;

        public int Length { get; private set; }

        public void Add(ReadOnlySpan<byte> text)
        {
            text.CopyTo(_target[Length..]);
            Length += text.Length;
        }

        public void Add(int number)
        {
            Utf8Formatter.TryFormat(number, _target[Length..], out int written);
            Length += written;
        }
    }
}
