using System.Text;
using Agent.Telemetry.Metrics;
using Agent.Wire;
using Agent.Wire.RemoteWrite;
using Agent.Wire.Snappy;

namespace Agent.Components.Tests.Prometheus.ReceiveHttp;

/// <summary>Bodies of remote write requests.</summary>
internal static class WriteRequests
{

    public static HistogramView Histogram => new()
    {
        Head = new HistogramHead { Count = 3, Sum = 4.5, Schema = 1 },
        PositiveSpans = new BucketSpan[] { new(0, 1) },
        PositiveDeltas = new long[] { 3 },
    };

    public static byte[] V1(Action<WriteRequestBatch> fill)
    {
        using var batch = new WriteRequestBatch();
        fill(batch);
        return batch.Encode().ToArray();
    }

    public static byte[] V2(Action<WriteRequestV2Batch> fill)
    {
        using var batch = new WriteRequestV2Batch();
        fill(batch);
        using var message = new GrowableBuffer();
        batch.WriteTo(message);
        return message.Written.ToArray();
    }

    public static byte[] Compress(ReadOnlySpan<byte> message)
    {
        byte[] target = new byte[SnappyEncoder.MaxCompressedLength(message.Length)];
        int length = new SnappyEncoder().Compress(message, target);
        return target[..length];
    }

    /// <summary>A message of version 1 with one series of one sample; labels may be wrong.</summary>
    public static byte[] Raw(params (string Name, string Value)[] labels)
    {
        var series = new List<byte>();
        foreach ((string name, string value) in labels)
        {
            byte[] label = new byte[LabelBlock.LabelLength(Encoding.UTF8.GetByteCount(name), Encoding.UTF8.GetByteCount(value))];
            LabelBlock.Write(label, Encoding.UTF8.GetBytes(name), Encoding.UTF8.GetBytes(value));
            series.AddRange(label);
        }
        // samples (2): timestamp (2) is 5
        series.AddRange([0x12, 2, 0x10, 5]);
        return [0x0A, (byte)series.Count, .. series];
    }
}
