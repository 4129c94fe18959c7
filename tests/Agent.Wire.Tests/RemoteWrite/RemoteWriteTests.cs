using Agent.Telemetry;
using Agent.Telemetry.Metrics;
using Agent.Wire.RemoteWrite;
using Agent.Wire.Snappy;
using Agent.Wire.Tests.Exposition;

namespace Agent.Wire.Tests.RemoteWrite;

public sealed class RemoteWriteTests
{
    private static readonly MetricSeries[] Series = [.. Enumerable.Range(0, 50).Select(static i => new MetricSeries(LabelSet.From([
        new("__name__", "http_requests_total"), new("job", "api"), new("pod", "api-" + i), new("code", (200 + (i % 3)).ToString())]))
        { Metadata = new MetricMetadata("http_requests", MetricType.Counter, "Requests.") })];

    [Fact]
    public void Consecutive_samples_of_one_series_share_its_labels()
    {
        using var batch = new WriteRequestBatch();
        batch.AddSample(Series[0], 1, 1000);
        batch.AddSample(Series[0], 2, 2000);
        batch.AddSample(Series[1], 3, 1000);
        Assert.Equal(
            [
                "{[__name__=http_requests_total][code=200][job=api][pod=api-0]} 3ff0000000000000@1000 4000000000000000@2000",
                "{[__name__=http_requests_total][code=201][job=api][pod=api-1]} 4008000000000000@1000",
            ],
            WriteRequestText.Of(batch.Encode(), WriteVersion.V1));
        Assert.Equal(3, batch.Count);
    }

    [Fact]
    public void Samples_and_histograms_of_one_series_never_share_a_message_in_version_2()
    {
        using var batch = new WriteRequestV2Batch();
        using var output = new GrowableBuffer();
        var histogram = new HistogramBuffer { Head = new HistogramHead { Count = 1, Sum = 2 } };
        histogram.AddSpan(negative: false, new BucketSpan(0, 1));
        histogram.AddDelta(negative: false, 1);
        batch.AddSample(Series[0], 1, 1000);
        batch.AddHistogram(Series[0], histogram.View, new HistogramTimes(1000, 500));
        batch.AddExemplar(new MetricExemplar(Series[0], LabelBlock.Of(LabelSet.From([new("trace_id", "a")])), 1, 999));
        batch.WriteTo(output);
        List<string> lines = WriteRequestText.Of(output.Written, WriteVersion.V2);
        Assert.Equal(2, lines.Count);
        Assert.DoesNotContain("h(", lines[0]);
        Assert.Contains("@1000 since 500 # {[trace_id=a]} 3ff0000000000000@999 meta :COUNTER:Requests.:", lines[1]);
    }

    [Fact]
    public void Each_text_stands_once_in_a_request_and_only_where_it_is_used()
    {
        using var batch = new WriteRequestV2Batch(maxSeries: 10);
        using var output = new GrowableBuffer();
        for (int round = 0; round < 4; round++)
        {
            output.Clear();
            batch.Reset();
            foreach (MetricSeries series in round == 2 ? Series.AsSpan(0, 1) : Series)
            {
                batch.AddSample(series, 1, 1000, startTimestamp: 10);
            }
            batch.WriteTo(output);
            int symbols = Symbols(output.Written);
            // Empty text, four names, metric, job, 50 pods, three codes, help.
            Assert.Equal(round == 2 ? 10 : 61, symbols);
            Assert.DoesNotContain(WriteRequestText.Of(output.Written, WriteVersion.V2), static line => line.StartsWith("error", StringComparison.Ordinal));
        }
    }

    [Fact]
    public void Damaged_requests_are_refused_or_read_without_an_exception()
    {
        using var v1 = new WriteRequestBatch();
        using var v2 = new WriteRequestV2Batch();
        using var second = new GrowableBuffer();
        var histogram = new HistogramBuffer { Head = new HistogramHead { IsFloat = true, CountFloat = 1, Schema = -53 } };
        histogram.AddSpan(negative: false, new BucketSpan(0, 1));
        histogram.AddCount(negative: false, 1);
        histogram.AddCustomValue(5);
        foreach (MetricSeries series in Series.AsSpan(0, 3))
        {
            v1.AddSample(series, 1, 1000);
            v1.AddHistogram(series, histogram.View, 1000);
            v2.AddSample(series, 1, 1000, 10);
            v2.AddHistogram(series, histogram.View, new HistogramTimes(1000, 1));
            v2.AddExemplar(new MetricExemplar(series, series.ReadLabelBlock().ToArray(), 1, 1));
        }
        v1.AddMetadata(Series[0].Metadata!);
        v2.WriteTo(second);
        byte[][] good = [v1.Encode().ToArray(), second.Written.ToArray()];
        var random = new Random(41);
        int refused = 0;
        for (int round = 0; round < 40_000; round++)
        {
            byte[] damaged = ExpositionSamples.Damage(good[round % 2], random);
            List<string> lines = WriteRequestText.Of(damaged, round % 2 == 0 ? WriteVersion.V1 : WriteVersion.V2);
            refused += lines is [var only] && only.StartsWith("error", StringComparison.Ordinal) ? 1 : 0;
        }
        Assert.InRange(refused, 1000, 39_000);
    }

    [Theory]
    [InlineData("2203616263", "not empty")]                 // the first symbol is a text
    [InlineData("22002A030A0105", "no symbol 5")]           // a reference beyond the table
    [InlineData("22002A030A0100", "odd")]                   // a name without a value
    [InlineData("22002A042A021809", "does not exist")]      // help beyond the table
    public void A_version_2_request_with_bad_references_is_refused(string hex, string cause)
    {
        Assert.Contains(cause, Assert.Single(WriteRequestText.Of(Convert.FromHexString(hex), WriteVersion.V2)));
    }

    [Fact]
    public void The_compressed_request_is_the_request()
    {
        using var v1 = new WriteRequestBatch();
        using var v2 = new WriteRequestV2Batch();
        using var block = new GrowableBuffer();
        using var plain = new GrowableBuffer();
        Fill(v1, v2);
        Assert.Equal(v1.Compress(new SnappyEncoder(), block), block.Length);
        Assert.True(SnappyDecoder.TryDecompress(block.Written, 1 << 20, plain));
        Assert.True(plain.Written.SequenceEqual(v1.Encode()));
        block.Clear();
        plain.Clear();
        v2.Compress(new SnappyEncoder(), block);
        Assert.True(SnappyDecoder.TryDecompress(block.Written, 1 << 20, plain));
        Assert.Equal(500, WriteRequestText.Of(plain.Written, WriteVersion.V2).Count);
    }

    [Fact]
    public void A_request_like_the_last_one_allocates_nothing()
    {
        using var v1 = new WriteRequestBatch();
        using var v2 = new WriteRequestV2Batch();
        using var block = new GrowableBuffer();
        var encoder = new SnappyEncoder();
        long allocated = 0;
        for (int round = 0; round < 4; round++)
        {
            long before = GC.GetAllocatedBytesForCurrentThread();
            v1.Reset();
            v2.Reset();
            block.Clear();
            Fill(v1, v2);
            v1.Compress(encoder, block);
            v2.Compress(encoder, block);
            allocated = GC.GetAllocatedBytesForCurrentThread() - before;
        }
        Assert.Equal(0, allocated);
    }

    [Theory]
    [InlineData("", true, WriteVersion.V1)]
    [InlineData("application/x-protobuf", true, WriteVersion.V1)]
    [InlineData("application/x-protobuf;proto=prometheus.WriteRequest", true, WriteVersion.V1)]
    [InlineData("application/x-protobuf; proto=io.prometheus.write.v2.Request", true, WriteVersion.V2)]
    [InlineData("application/x-protobuf;proto=other", false, WriteVersion.V1)]
    [InlineData("application/json", false, WriteVersion.V1)]
    public void The_content_type_tells_the_version(string contentType, bool known, WriteVersion expected)
    {
        Assert.Equal(known, WriteProtocol.TryVersion(contentType, out WriteVersion version));
        Assert.Equal(expected, version);
    }

    private static void Fill(WriteRequestBatch v1, WriteRequestV2Batch v2)
    {
        for (int round = 0; round < 10; round++)
        {
            foreach (MetricSeries series in Series)
            {
                v1.AddSample(series, round, 1_714_979_289_123 + round);
                v2.AddSample(series, round, 1_714_979_289_123 + round, 1_714_979_289_000);
            }
        }
    }

    private static int Symbols(ReadOnlySpan<byte> message)
    {
        int count = 0;
        var reader = new Agent.Wire.Protobuf.ProtobufReader(message);
        while (reader.Next())
        {
            count += reader.Field == 4 ? 1 : 0;
            reader.Skip();
        }
        return count;
    }
}
