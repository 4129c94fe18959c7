using System.Buffers;
using System.Text;

namespace Agent.Sdk.Metrics;

/// <summary>Writes metrics as Prometheus text 0.0.4.</summary>
/// <remarks>Format: https://prometheus.io/docs/instrumenting/exposition_formats/#text-based-format.</remarks>
public sealed class MetricTextWriter(IBufferWriter<byte> output)
{
    public const string ContentType = "text/plain; version=0.0.4; charset=utf-8";

    private static readonly SearchValues<char> HelpEscapes = SearchValues.Create("\\\n");
    private static readonly SearchValues<char> LabelEscapes = SearchValues.Create("\\\n\"");

    public void Write(MetricFamily family)
    {
        Write("# HELP "u8);
        Write(family.Name);
        Write(" "u8);
        WriteEscaped(family.Help, HelpEscapes);
        Write("\n# TYPE "u8);
        Write(family.Name);
        Write(family.Type switch
        {
            MetricType.Counter => " counter\n"u8,
            MetricType.Gauge => " gauge\n"u8,
            MetricType.Summary => " summary\n"u8,
            _ => " histogram\n"u8,
        });
        foreach (MetricSeries series in family.Series)
        {
            if (series.Instrument is Histogram histogram)
            {
                WriteHistogram(family.Name, series, histogram);
            }
            else if (series.Instrument is Summary summary)
            {
                WriteSample(family.Name, "_sum"u8, series, null, summary.Sum);
                WriteSample(family.Name, "_count"u8, series, null, summary.Count);
            }
            else
            {
                WriteSample(family.Name, default, series, null, ValueOf(series.Instrument));
            }
        }
    }

    private static double ValueOf(Instrument instrument) => instrument switch
    {
        Counter counter => counter.Value,
        Gauge gauge => gauge.Value,
        ObservedValue observed => observed.Read(),
        _ => throw new System.Diagnostics.UnreachableException($"BUG: instrument {instrument.GetType()}"),
    };

    // The count is the sum of what was read of the buckets: read apart, an observation in between would make the two disagree.
    private void WriteHistogram(string name, MetricSeries series, Histogram histogram)
    {
        long count = 0;
        for (int i = 0; i < histogram.Bounds.Length; i++)
        {
            count += histogram.CountOf(i);
            WriteSample(name, "_bucket"u8, series, histogram.Bounds[i], count);
        }
        count += histogram.CountOf(histogram.Bounds.Length);
        WriteSample(name, "_bucket"u8, series, double.PositiveInfinity, count);
        WriteSample(name, "_sum"u8, series, null, histogram.Sum);
        WriteSample(name, "_count"u8, series, null, count);
    }

    private void WriteSample(string name, ReadOnlySpan<byte> suffix, MetricSeries series, double? bound, double value)
    {
        Write(name);
        Write(suffix);
        WriteLabels(series, bound);
        Write(" "u8);
        Write(value);
        Write("\n"u8);
    }

    private void WriteLabels(MetricSeries series, double? bound)
    {
        if (series.LabelNames.Length == 0 && bound is null)
        {
            return;
        }
        Write("{"u8);
        for (int i = 0; i < series.LabelNames.Length; i++)
        {
            if (i > 0)
            {
                Write(","u8);
            }
            Write(series.LabelNames[i]);
            Write("=\""u8);
            WriteEscaped(series.LabelValues[i], LabelEscapes);
            Write("\""u8);
        }
        if (bound is not null)
        {
            Write(series.LabelNames.Length > 0 ? ",le=\""u8 : "le=\""u8);
            Write(bound.Value);
            Write("\""u8);
        }
        Write("}"u8);
    }

    private void Write(double value)
    {
        if (!double.IsFinite(value))
        {
            Write(double.IsNaN(value) ? "NaN"u8 : value > 0 ? "+Inf"u8 : "-Inf"u8);
            return;
        }
        Span<byte> target = output.GetSpan(32);
        value.TryFormat(target, out int written);
        output.Advance(written);
    }

    private void WriteEscaped(string text, SearchValues<char> special)
    {
        ReadOnlySpan<char> rest = text;
        while (rest.IndexOfAny(special) is >= 0 and int at)
        {
            Write(rest[..at]);
            Write(rest[at] switch { '\n' => "\\n"u8, '"' => "\\\""u8, _ => "\\\\"u8 });
            rest = rest[(at + 1)..];
        }
        Write(rest);
    }

    private void Write(ReadOnlySpan<char> text) => Encoding.UTF8.GetBytes(text, output);

    private void Write(ReadOnlySpan<byte> bytes) => output.Write(bytes);
}
