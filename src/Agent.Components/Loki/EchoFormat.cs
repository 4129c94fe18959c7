using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Json;
using Agent.Telemetry;
using Agent.Telemetry.Logs;
using Agent.Wire;

namespace Agent.Components.Loki;

/// <summary>One entry as the logfmt line that Alloy's <c>loki.echo</c> logs. Whatever a line holds, what is printed is printable.</summary>
internal sealed class EchoFormat(string path, string componentId, TimeProvider time) : IDisposable
{
    private static readonly SearchValues<byte> Bare = SearchValues.Create(
        "!#$%&'()*+,-./0123456789:;<>?@ABCDEFGHIJKLMNOPQRSTUVWXYZ[]^_`abcdefghijklmnopqrstuvwxyz{|}~"u8);

    private readonly byte[] _head = Encoding.UTF8.GetBytes($" level=info msg=\"received log entry\" component_path={path} component_id={componentId} entry=");
    private readonly GrowableBuffer _json = new();
    private LabelSet? _lastLabels;
    private byte[] _lastText = [];

    public void Dispose() => _json.Dispose();

    public void Append(GrowableBuffer output, in LogEntry entry)
    {
        output.Write("ts="u8);
        AppendTime(output, time.GetUtcNow().UtcDateTime, 0);
        output.Write(_head);
        AppendValue(output, entry.Line.Span);
        output.Write(" entry_timestamp="u8);
        AppendUnixNanos(output, entry.Timestamp);
        output.Write(" labels="u8);
        output.Write(TextOf(entry.Labels));
        output.Write(" structured_metadata="u8);
        if (entry.Metadata.IsEmpty)
        {
            output.Write("{}"u8);
        }
        else
        {
            GoQuote.Append(output, Json(entry.Metadata.Span));
        }
        output.WriteByte((byte)'\n');
    }

    private static void AppendValue(GrowableBuffer output, ReadOnlySpan<byte> text)
    {
        if (text.IsEmpty || text.ContainsAnyExcept(Bare))
        {
            GoQuote.Append(output, text);
        }
        else
        {
            output.Write(text);
        }
    }

    private static void AppendUnixNanos(GrowableBuffer output, long nanos)
    {
        long ticks = Math.DivRem(nanos, 100, out long rest);
        if (rest < 0)
        {
            (ticks, rest) = (ticks - 1, rest + 100);
        }
        AppendTime(output, DateTime.UnixEpoch.AddTicks(ticks), (int)rest);
    }

    /// <summary>RFC 3339 in UTC with as many decimals as are needed.</summary>
    private static void AppendTime(GrowableBuffer output, DateTime moment, int nanosBelowTick)
    {
        Span<byte> target = output.Reserve(40);
        moment.TryFormat(target, out int written, "yyyy-MM-dd'T'HH:mm:ss.fffffff", CultureInfo.InvariantCulture);
        target[written++] = (byte)('0' + (nanosBelowTick / 10));
        target[written++] = (byte)('0' + (nanosBelowTick % 10));
        written = target[..written].TrimEnd((byte)'0').TrimEnd((byte)'.').Length;
        target[written++] = (byte)'Z';
        output.Advance(written);
    }

    /// <summary>All labels, internal ones too: whoever prints wants to see them.</summary>
    private byte[] TextOf(LabelSet labels)
    {
        if (ReferenceEquals(labels, _lastLabels))
        {
            return _lastText;
        }
        using var set = new GrowableBuffer();
        set.WriteByte((byte)'{');
        for (int i = 0; i < labels.Count; i++)
        {
            set.Write(i == 0 ? ""u8 : ", "u8);
            set.Write(Encoding.UTF8.GetBytes(labels[i].Name));
            set.WriteByte((byte)'=');
            GoQuote.Append(set, Encoding.UTF8.GetBytes(labels[i].Value));
        }
        set.WriteByte((byte)'}');
        using var quoted = new GrowableBuffer();
        AppendValue(quoted, set.Written);
        (_lastLabels, _lastText) = (labels, quoted.Written.ToArray());
        return _lastText;
    }

    private ReadOnlySpan<byte> Json(ReadOnlySpan<MetadataPair> pairs)
    {
        _json.Clear();
        using var json = new Utf8JsonWriter(_json);
        json.WriteStartObject();
        foreach (MetadataPair pair in pairs)
        {
            json.WriteString(pair.Name, Encoding.UTF8.GetString(pair.Value.Span));
        }
        json.WriteEndObject();
        json.Flush();
        return _json.Written;
    }
}
