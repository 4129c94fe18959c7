using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Threading.Channels;
using Agent.Runtime.Ports;
using Agent.Telemetry;
using Agent.Telemetry.Logs;
using Agent.Telemetry.Metrics;
using Agent.Web.Api.V1;

namespace Agent.Web.Live;

/// <summary>Copies some of what passes an edge for one browser. Never waits: what is too much, or finds the browser slow, is counted and left out.</summary>
internal sealed class EdgeSampler(Edge edge, Channel<byte[]> samples, LiveFilter filter, TimeProvider time) : IEdgeWatcher
{
    /// <summary>More nobody reads.</summary>
    private const int MostPerSecond = 100;

    private const int LongestLine = 8 * 1024;

    private readonly Lock _gate = new();
    private readonly ArrayBufferWriter<byte> _buffer = new();
    private long _second;
    private int _taken;
    private long _seen;
    private long _skipped;

    /// <summary>Items that passed, and those of them that fitted the filter and were left out.</summary>
    public (long Seen, long Skipped) Counts => (Volatile.Read(ref _seen), Volatile.Read(ref _skipped));

    public void See(LogBatch batch)
    {
        Interlocked.Add(ref _seen, batch.Count);
        foreach (ref readonly LogEntry entry in batch.Entries)
        {
            if (!filter.Fits(entry.Line.Span))
            {
                continue;
            }
            if (!TryTake())
            {
                Interlocked.Increment(ref _skipped);
                continue;
            }
            Offer(entry, static (json, item) =>
            {
                ReadOnlySpan<byte> line = item.Line.Span;
                json.WriteString("line"u8, Start(line));
                json.WriteNumber("length"u8, line.Length);
                json.WriteNumber("at"u8, item.Timestamp / 1_000_000);
                ScrapeTargetsAnswer.WriteLabels(json, "labels", item.Labels);
            });
        }
    }

    public void See(MetricBatch batch)
    {
        Interlocked.Add(ref _seen, batch.Count + batch.Histograms.Length);
        // A scrape brings thousands at once: those taken are spread over all of it. With a filter they are those that fit.
        int stride = filter.IsOpen ? Math.Max(1, batch.Count / MostPerSecond) : 1;
        for (int i = 0; i < batch.Count; i += stride)
        {
            LabelSet labels = batch.Series[i].Labels;
            if (!filter.Fits(labels))
            {
                continue;
            }
            Interlocked.Add(ref _skipped, Math.Min(stride, batch.Count - i) - 1);
            if (TryTake())
            {
                string value = batch.Values[i].ToString("R", CultureInfo.InvariantCulture);
                Offer((Labels: labels, Value: value, At: batch.Timestamps[i]), WriteSample);
            }
            else
            {
                Interlocked.Increment(ref _skipped);
            }
        }
        foreach (ref readonly HistogramSample histogram in batch.Histograms)
        {
            LabelSet labels = histogram.Series.Labels;
            if (!filter.Fits(labels))
            {
                continue;
            }
            if (TryTake())
            {
                Offer((Labels: labels, Value: "native histogram", At: histogram.Timestamp), WriteSample);
            }
            else
            {
                Interlocked.Increment(ref _skipped);
            }
        }
    }

    private static void WriteSample(Utf8JsonWriter json, (LabelSet Labels, string Value, long At) item)
    {
        ScrapeTargetsAnswer.WriteLabels(json, "labels", item.Labels);
        json.WriteString("value"u8, item.Value);
        json.WriteNumber("at"u8, item.At);
    }

    /// <summary>The beginning of a line, never ending within a character.</summary>
    private static string Start(ReadOnlySpan<byte> line)
    {
        int length = Math.Min(line.Length, LongestLine);
        while (length > 0 && length < line.Length && (line[length] & 0xC0) == 0x80)
        {
            length--;
        }
        return Encoding.UTF8.GetString(line[..length]);
    }

    private bool TryTake()
    {
        long second = time.GetTimestamp() / time.TimestampFrequency;
        lock (_gate)
        {
            if (second != _second)
            {
                (_second, _taken) = (second, 0);
            }
            return _taken++ < MostPerSecond;
        }
    }

    private void Offer<T>(T item, Action<Utf8JsonWriter, T> write)
    {
        byte[] sample;
        lock (_gate)
        {
            _buffer.ResetWrittenCount();
            using (var json = new Utf8JsonWriter(_buffer))
            {
                json.WriteStartObject();
                json.WriteString("from"u8, edge.From);
                json.WriteString("to"u8, edge.To);
                json.WriteString("type"u8, edge.DataType);
                write(json, item);
                json.WriteEndObject();
            }
            sample = _buffer.WrittenSpan.ToArray();
        }
        if (!samples.Writer.TryWrite(sample))
        {
            Interlocked.Increment(ref _skipped);
        }
    }
}
