using Agent.Components.Common.Http;
using Agent.Components.Prometheus.ReceiveHttp;
using Agent.Telemetry;
using Agent.Telemetry.Metrics;
using Agent.Testing;
using Agent.Wire.RemoteWrite;
using Series = Agent.Telemetry.Metrics.MetricSeries;

namespace Agent.Components.Tests.Prometheus.ReceiveHttp;

public sealed class WriteDecoderTests : IDisposable
{
    private readonly FakeTimeProvider _time = new();
    private readonly SeriesTable _known;
    private readonly WriteDecoder _decoder;

    public WriteDecoderTests()
    {
        _known = new SeriesTable(_time);
        _decoder = new WriteDecoder(_known, new FamilyTable());
    }

    [Fact]
    public void Version_1_brings_samples_histograms_and_exemplars()
    {
        Series up = TestSeries.Of("up", ("job", "a"));
        Decode(WriteVersion.V1, WriteRequests.V1(batch =>
        {
            batch.AddSample(up, 1.5, 100);
            batch.AddSample(up, StaleMarker.Value, 200);
            batch.AddHistogram(up, WriteRequests.Histogram, 300);
            batch.AddHistogram(up, WriteRequests.Histogram, 400);
            batch.AddExemplar(new MetricExemplar(up, LabelBlock.Of(LabelSet.Empty.With("trace", "t")), 2, 500));
            batch.AddExemplar(new MetricExemplar(up, LabelBlock.Of(LabelSet.Empty.With("trace", "u")), 3, 600));
        }));

        MetricBatch read = _decoder.Batch;
        Assert.Equal([100L, 200L], read.Timestamps.ToArray());
        Assert.Equal(1.5, read.Values[0]);
        Assert.True(StaleMarker.Is(read.Values[1]));
        Assert.True(read.StartTimestamps.IsEmpty);
        Assert.Equal(up.Labels, read.Series[0].Labels);
        Assert.Equal([300L, 400L], read.Histograms.ToArray().Select(static h => h.Timestamp));
        Assert.Equal((3UL, 3L), (read.HistogramAt(1).Head.Count, read.HistogramAt(1).PositiveDeltas[0]));
        Assert.Equal([2.0, 3.0], read.Exemplars.ToArray().Select(static e => e.Value));
        Assert.Equal(LabelBlock.Of(LabelSet.Empty.With("trace", "u")), read.Exemplars[1].Labels.ToArray());
        Assert.All(read.Exemplars.ToArray(), exemplar => Assert.Same(read.Series[0], exemplar.Series));
    }

    [Fact]
    public void Version_2_brings_the_start_of_counting_and_metadata_where_it_is_wanted()
    {
        Series bucket = TestSeries.Of("h_seconds_bucket");
        bucket.Metadata = new MetricMetadata("h_seconds", MetricType.Histogram, "Time.", "seconds");
        byte[] message = WriteRequests.V2(batch => batch.AddSample(bucket, 1, 100, startTimestamp: 50));

        Decode(WriteVersion.V2, message);
        Assert.Equal([50L], _decoder.Batch.StartTimestamps.ToArray());
        Assert.Equal(0, _decoder.Batch.Metadata.Length);
        Assert.Null(_decoder.Batch.Series[0].Metadata);
        _decoder.Clear();

        Decode(WriteVersion.V2, message, new() { ForwardTo = [], AppendMetadata = true });
        Assert.Equal(bucket.Metadata, Assert.Single(_decoder.Batch.Metadata.ToArray()));
        Assert.Equal(bucket.Metadata, _decoder.Batch.Series[0].Metadata);
        _decoder.Clear();

        Decode(WriteVersion.V2, message, new() { ForwardTo = [], AppendMetadata = true });
        Assert.Equal(0, _decoder.Batch.Metadata.Length);
    }

    [Fact]
    public void Metadata_of_version_1_is_told_once_and_again_when_it_changes()
    {
        PrometheusReceiveHttp.Arguments arguments = new() { ForwardTo = [], AppendMetadata = true };
        foreach ((string help, int told) in new[] { ("one", 1), ("one", 0), ("two", 1) })
        {
            Decode(WriteVersion.V1, WriteRequests.V1(batch => batch.AddMetadata(new MetricMetadata("up", MetricType.Gauge, help))), arguments);
            Assert.Equal(told, _decoder.Batch.Metadata.Length);
            _decoder.Finish(delivered: true);
            _decoder.Clear();
        }
    }

    [Fact]
    public void Metadata_that_did_not_arrive_is_told_again()
    {
        PrometheusReceiveHttp.Arguments arguments = new() { ForwardTo = [], AppendMetadata = true };
        Series up = TestSeries.Of("up");
        up.Metadata = new MetricMetadata("up", MetricType.Gauge, "Is it up?");
        byte[] message = WriteRequests.V2(batch => batch.AddSample(up, 1, 1));
        foreach ((bool delivered, int told) in new[] { (false, 1), (true, 1), (true, 0) })
        {
            Decode(WriteVersion.V2, message, arguments);
            Assert.Equal(told, _decoder.Batch.Metadata.Length);
            _decoder.Finish(delivered);
            _decoder.Clear();
        }
    }

    [Fact]
    public void Type_and_unit_become_labels_in_place_of_any_sent()
    {
        Series series = TestSeries.Of("x", ("A", "1"), ("__type__", "forged"), ("b", "2"));
        series.Metadata = new MetricMetadata("x", MetricType.Counter, "", "bytes");
        byte[] message = WriteRequests.V2(batch => batch.AddSample(series, 1, 1));
        PrometheusReceiveHttp.Arguments arguments = new() { ForwardTo = [], EnableTypeAndUnitLabels = true };

        Decode(WriteVersion.V2, message, arguments);
        Series first = _decoder.Batch.Series[0];
        Assert.Equal(series.Labels.With("__type__", "counter").With("__unit__", "bytes"), first.Labels);
        _decoder.Clear();

        Decode(WriteVersion.V2, message, arguments);
        Assert.Same(first, _decoder.Batch.Series[0]);
    }

    [Theory]
    [InlineData("invalid metric name or labels, got {a=\"b\"}", "a", "b")]
    [InlineData("invalid metric name or labels, got {=\"b\", __name__=\"x\"}", "__name__", "x", "", "b")]
    [InlineData("invalid labels for series, labels {__name__=\"x\", a=\"1\", a=\"2\"}, duplicated label a", "__name__", "x", "a", "1", "a", "2")]
    public void Series_with_wrong_labels_are_counted_and_left_out(string fault, params string[] labels)
    {
        byte[] bad = WriteRequests.Raw([.. Enumerable.Range(0, labels.Length / 2).Select(i => (labels[2 * i], labels[(2 * i) + 1]))]);

        HttpReply reply = Decode(WriteVersion.V1, [.. bad, .. WriteRequests.Raw(("__name__", "good"))]);

        Assert.Equal((204, fault, 1), (reply.Status, _decoder.Fault, _decoder.InvalidSamples));
        Assert.Equal("good", Assert.Single(_decoder.Batch.Series.ToArray()).Labels["__name__"]);
    }

    [Fact]
    public void Version_2_learns_what_was_wrong()
    {
        var unnamed = new Series(LabelSet.Empty.With("a", "b"));
        HttpReply reply = Decode(WriteVersion.V2, WriteRequests.V2(batch =>
        {
            batch.AddSample(unnamed, 1, 1);
            batch.AddSample(TestSeries.Of("good"), 1, 1);
        }));

        Assert.Equal((400, "invalid metric name or labels, got {a=\"b\"}"), (reply.Status, reply.Message));
        Assert.Equal(1, _decoder.Batch.Count);
    }

    [Fact]
    public void Labels_in_any_order_and_empty_ones_lead_to_one_series()
    {
        Decode(WriteVersion.V1,
        [
            .. WriteRequests.Raw(("__name__", "x"), ("a", "1"), ("b", "2")),
            .. WriteRequests.Raw(("b", "2"), ("a", "1"), ("__name__", "x")),
            .. WriteRequests.Raw(("__name__", "x"), ("a", "1"), ("b", "2"), ("c", "")),
        ]);

        Assert.Equal(3, _decoder.Batch.Count);
        Assert.Same(_decoder.Batch.Series[0], _decoder.Batch.Series[1]);
        Assert.Same(_decoder.Batch.Series[0], _decoder.Batch.Series[2]);
        Assert.Equal(1, _known.Count);
    }

    [Fact]
    public void A_short_message_of_many_samples_is_refused()
    {
        byte[] series = [.. WriteRequests.Raw(("__name__", "x"))[2..], .. Enumerable.Repeat((byte[])[0x12, 0], ReceiveSettings.MaxItems).SelectMany(static x => x)];
        int length = series.Length;
        byte[] message = [0x0A, (byte)(length | 0x80), (byte)((length >> 7) | 0x80), (byte)((length >> 14) | 0x80), (byte)(length >> 21), .. series];

        HttpReply reply = Decode(WriteVersion.V1, message);

        Assert.Equal((413, 0), (reply.Status, _decoder.Batch.Count));
    }

    [Fact]
    public void Series_that_no_longer_come_are_forgotten()
    {
        byte[] stays = WriteRequests.Raw(("__name__", "stays"));
        Decode(WriteVersion.V1, [.. stays, .. WriteRequests.Raw(("__name__", "goes"))]);
        Series kept = _decoder.Batch.Series[0];
        for (int minute = 0; minute < 10; minute++)
        {
            _decoder.Clear();
            _time.Advance(TimeSpan.FromMinutes(1));
            Decode(WriteVersion.V1, stays);
        }

        Assert.Equal(1, _known.Count);
        Assert.Same(kept, _decoder.Batch.Series[0]);
    }

    [Fact]
    public void Beyond_the_limit_series_are_made_but_not_kept()
    {
        var table = new SeriesTable(_time, maxSeries: 1);
        SeriesTable.Entry first = table.Add(TestSeries.Of("a"), 0);
        SeriesTable.Entry second = table.Add(TestSeries.Of("b"), 0);

        Assert.Equal(("a", "b", 1), (first.Series.Labels["__name__"], second.Series.Labels["__name__"], table.Count));
        Assert.Null(table.Find(second.Series.ReadLabelBlock(), 0));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Samples_of_known_series_allocate_nothing(bool version2)
    {
        WriteVersion version = version2 ? WriteVersion.V2 : WriteVersion.V1;
        byte[] message = version2
            ? WriteRequests.V2(static batch => Fill(batch.AddSample, (series, time) => batch.AddHistogram(series, WriteRequests.Histogram, new HistogramTimes(time, 0)), batch.AddExemplar))
            : WriteRequests.V1(static batch => Fill((series, value, time, _) => batch.AddSample(series, value, time), (series, time) => batch.AddHistogram(series, WriteRequests.Histogram, time), batch.AddExemplar));
        var settings = new ReceiveSettings(new() { ForwardTo = [], AppendMetadata = true, EnableTypeAndUnitLabels = true });

        long allocated = 0;
        for (int round = 0; round < 20; round++)
        {
            long before = GC.GetAllocatedBytesForCurrentThread();
            _decoder.Decode(message, version, settings);
            allocated = GC.GetAllocatedBytesForCurrentThread() - before;
            Assert.Equal((300, 100, 100), (_decoder.Batch.Count, _decoder.Batch.Histograms.Length, _decoder.Batch.Exemplars.Length));
            _decoder.Clear();
        }

        Assert.Equal(0, allocated);
    }

    public void Dispose() => _decoder.Dispose();

    private delegate void AddSample(Series series, double value, long timestamp, long startTimestamp);

    private delegate void AddExemplar(in MetricExemplar exemplar);

    private static void Fill(AddSample sample, Action<Series, long> histogram, AddExemplar exemplar)
    {
        for (int i = 0; i < 100; i++)
        {
            Series series = TestSeries.Of("requests_total", ("pod", $"pod-{i}"), ("namespace", "default"));
            series.Metadata = new MetricMetadata("requests_total", MetricType.Counter, "All requests.", "requests");
            for (int k = 0; k < 3; k++)
            {
                sample(series, i, k, 0);
            }
            exemplar(new MetricExemplar(series, LabelBlock.Of(LabelSet.Empty.With("trace_id", "abc")), 1, 2));
            Series native = TestSeries.Of("latency_seconds", ("pod", $"pod-{i}"));
            histogram(native, i);
        }
    }

    private HttpReply Decode(WriteVersion version, byte[] message, PrometheusReceiveHttp.Arguments? arguments = null) =>
        _decoder.Decode(message, version, new ReceiveSettings(arguments ?? new() { ForwardTo = [] }));
}
