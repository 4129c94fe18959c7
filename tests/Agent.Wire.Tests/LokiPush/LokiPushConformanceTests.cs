using System.Text;
using System.Text.Json;
using Agent.Telemetry;
using Agent.Testing;
using Agent.Wire.LokiPush;
using Agent.Wire.Snappy;

namespace Agent.Wire.Tests.LokiPush;

public sealed class LokiPushConformanceTests
{
    [ConformanceFact]
    public void Push_requests_decode_and_what_we_encode_decodes_to_the_same()
    {
        var set = new ConformanceSet("push/loki_push");
        using JsonDocument file = Conformance.Load("push/loki_push.json");
        foreach (JsonElement @case in file.RootElement.GetProperty("cases").EnumerateArray())
        {
            set.Case(@case.GetProperty("id").GetString()!, () => CheckPush(@case));
        }
        set.Finish();
    }

    [ConformanceFact]
    public void Label_sets_have_the_stream_text_that_loki_write_gives_them()
    {
        var set = new ConformanceSet("push/loki_stream_labels");
        using JsonDocument file = Conformance.Load("push/loki_stream_labels.json");
        foreach (JsonElement @case in file.RootElement.GetProperty("cases").EnumerateArray())
        {
            set.Case(@case.GetProperty("id").GetString()!, () => CheckLabels(@case));
        }
        set.Finish();
    }

    private static string? CheckPush(JsonElement @case)
    {
        string expected = PushRequestText.Of(@case.GetProperty("streams"));
        byte[] golden = @case.GetProperty("protobuf_base64").GetBytesFromBase64();
        if (PushRequestText.Of(golden) != expected)
        {
            return $"the given bytes decode to {PushRequestText.Of(golden)}, not {expected}";
        }
        using var decompressed = new GrowableBuffer();
        if (!SnappyDecoder.TryDecompress(@case.GetProperty("snappy_base64").GetBytesFromBase64(), 64 << 20, decompressed)
            || PushRequestText.Of(decompressed.Written) != expected)
        {
            return "the given snappy block decodes to something else";
        }
        using LokiPushBatch batch = Batch(@case.GetProperty("streams"));
        byte[] ours = new byte[batch.EncodedSize];
        if (batch.WriteTo(ours) != ours.Length || PushRequestText.Of(ours) != expected)
        {
            return $"ours decodes to {PushRequestText.Of(ours)}, not {expected}";
        }
        using var compressed = new GrowableBuffer();
        batch.Compress(new SnappyEncoder(), compressed);
        decompressed.Clear();
        return SnappyDecoder.TryDecompress(compressed.Written, ours.Length, decompressed) && decompressed.Written.SequenceEqual(ours)
            ? null
            : "our snappy block decodes to something else";
    }

    private static LokiPushBatch Batch(JsonElement streams)
    {
        var batch = new LokiPushBatch();
        foreach (JsonElement stream in streams.EnumerateArray())
        {
            int handle = batch.AddStream(Encoding.UTF8.GetBytes(stream.GetProperty("labels").GetString()!));
            foreach (JsonElement entry in stream.GetProperty("entries").EnumerateArray())
            {
                batch.BeginEntry(handle, PushRequestText.Timestamp(entry.GetProperty("timestamp").GetString()!), PushRequestText.Bytes(entry, "line"));
                foreach ((byte[] name, byte[] value) in PushRequestText.Metadata(entry))
                {
                    batch.AddMetadata(name, value);
                }
                batch.EndEntry();
            }
        }
        return batch;
    }

    private static string? CheckLabels(JsonElement @case)
    {
        List<(byte[] Name, byte[] Value)> labels = [.. @case.GetProperty("labels").EnumerateObject()
            .Select(label => (Encoding.UTF8.GetBytes(label.Name), Encoding.UTF8.GetBytes(label.Value.GetString()!)))];
        labels.Sort(static (a, b) => a.Name.AsSpan().SequenceCompareTo(b.Name));
        using var output = new GrowableBuffer();
        var writer = new LabelsTextWriter(output);
        foreach ((byte[] name, byte[] value) in labels)
        {
            writer.Add(name, value);
        }
        writer.Finish();
        string expected = @case.GetProperty("stream").GetString()!;
        string text = Encoding.UTF8.GetString(output.Written);
        if (text != expected)
        {
            return $"{text}, not {expected}";
        }
        output.Clear();
        LabelsText.Append(output, LabelSet.From(@case.GetProperty("labels").EnumerateObject()
            .Select(label => KeyValuePair.Create(label.Name, label.Value.GetString()!))));
        // A label set holds no empty values, so only the writer shows those.
        bool hasEmpty = labels.Exists(static label => label.Value.Length == 0);
        return hasEmpty || output.Written.SequenceEqual(Encoding.UTF8.GetBytes(expected)) ? null : "the label set's text differs";
    }
}
