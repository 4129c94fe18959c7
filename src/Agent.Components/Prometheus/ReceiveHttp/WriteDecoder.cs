using Agent.Components.Common.Http;
using Agent.Telemetry.Metrics;
using Agent.Wire;
using Agent.Wire.Exposition;
using Agent.Wire.RemoteWrite;
using Microsoft.AspNetCore.Http;

namespace Agent.Components.Prometheus.ReceiveHttp;

/// <summary>Decodes one request at a time into a batch. Reusable: samples of known series allocate nothing.</summary>
internal sealed class WriteDecoder(SeriesTable known, FamilyTable families) : IDisposable
{
    private readonly GrowableBuffer _body = new();
    private readonly GrowableBuffer _plain = new();
    private readonly WriteRequestScratch _scratch = new();
    private readonly SeriesLabels _labels = new();
    private readonly SeriesKey _key = new();
    private readonly ExemplarBuffer _exemplar = new();
    private readonly HistogramBuffer _histogram = new();
    private long _now;

    /// <summary>What was read; may hold samples although the request was bad in part. Valid until <see cref="Clear"/>.</summary>
    public MetricBatch Batch { get; } = new();

    /// <summary>Samples and histograms left out because the labels of their series are wrong.</summary>
    public int InvalidSamples { get; private set; }

    /// <summary>What is wrong with the request or with the first of its bad series; null where all is well.</summary>
    public string? Fault { get; private set; }

    public async Task<HttpReply> ReadAsync(HttpRequest request, WriteVersion version, ReceiveSettings settings, CancellationToken stop)
    {
        HttpReply reply = await RequestBody.ReadAsync(request, request.Body, _body, settings.BodyLimits(known.Time), stop)
            ?? RequestBody.OpenSnappy(_body.Written, ReceiveSettings.MaxMessage, _plain)
            ?? Decode(_plain.Written, version, settings);
        if (reply.Status >= StatusCodes.Status400BadRequest)
        {
            Fault ??= reply.Message;
        }
        return reply;
    }

    /// <summary>Decodes a message, out of its block. A bad message leaves the batch empty, a bad series only itself.</summary>
    public HttpReply Decode(ReadOnlySpan<byte> message, WriteVersion version, ReceiveSettings settings)
    {
        if (!WriteRequestReader.TryOpen(message, version, _scratch, out WriteRequestReader request, out string? error))
        {
            return HttpReply.Bad($"cannot read the request: {error}");
        }
        _now = known.Begin();
        foreach (WriteSeriesView series in request)
        {
            if (!TryAdd(series, settings))
            {
                Finish(delivered: false);
                Batch.Clear();
                return new HttpReply(
                    StatusCodes.Status413PayloadTooLarge, $"cannot take more than {ReceiveSettings.MaxItems} samples in one request");
            }
        }
        if (settings.AppendMetadata)
        {
            foreach (WriteMetadataView metadata in request.Metadata)
            {
                families.Note(metadata.ToMetadata(), Batch);
            }
        }
        // Prometheus answers version 1 as if all were well, and senders rely on it; version 2 asks for the cause.
        return Fault is null || version == WriteVersion.V1 ? HttpReply.Taken : HttpReply.Bad(Fault);
    }

    /// <param name="delivered">The receivers took the batch.</param>
    public void Finish(bool delivered)
    {
        if (!delivered && Batch.Metadata.Length > 0)
        {
            families.Forget();
        }
    }

    public void Clear()
    {
        Batch.Clear();
        _body.Release();
        _plain.Release();
        InvalidSamples = 0;
        Fault = null;
    }

    public void Dispose()
    {
        Clear();
        Batch.Dispose();
        _labels.Dispose();
        _key.Dispose();
        _exemplar.Dispose();
    }

    private bool HasRoom => Batch.Count + Batch.Histograms.Length + Batch.Exemplars.Length < ReceiveSettings.MaxItems;

    /// <summary>False where the batch would get too long.</summary>
    private bool TryAdd(WriteSeriesView view, ReceiveSettings settings)
    {
        view.ReadLabels(_labels);
        bool isDescribed = view.TryReadMetadata(out WriteMetadataView metadata);
        _key.Set(_labels, settings.TypeAndUnitLabels && isDescribed ? metadata : default);
        SeriesTable.Entry? entry = known.Find(_key.Block, _now);
        if (entry is null)
        {
            if (_key.Fault() is { } fault)
            {
                Fault ??= fault;
                InvalidSamples += ItemsOf(view);
                return true;
            }
            entry = known.Add(_key.ToSeries(), _now);
        }
        if (settings.AppendMetadata && isDescribed && !entry.IsDescribedBy(metadata))
        {
            entry.Describe(families.Note(entry.Series, metadata, Batch));
        }
        return TryAddItems(view, entry.Series);
    }

    private bool TryAddItems(WriteSeriesView view, MetricSeries series)
    {
        foreach (WriteSample sample in view.Samples)
        {
            if (!HasRoom)
            {
                return false;
            }
            Batch.Add(series, sample.Timestamp, sample.Value, sample.StartTimestamp);
        }
        for (int at = 0; view.TryReadHistogram(ref at, _histogram, out HistogramTimes times);)
        {
            if (!HasRoom)
            {
                return false;
            }
            Batch.AddHistogram(new HistogramSample(series, times.Timestamp, times.StartTimestamp), _histogram.View);
        }
        for (int at = 0; view.TryReadExemplar(ref at, _exemplar);)
        {
            if (!HasRoom)
            {
                return false;
            }
            Memory<byte> labels = Batch.Bytes.Take(_exemplar.Labels.BlockLength());
            _exemplar.Labels.WriteBlock(labels.Span);
            Batch.AddExemplar(new MetricExemplar(series, labels, _exemplar.Value, _exemplar.Timestamp));
        }
        return true;
    }

    private int ItemsOf(WriteSeriesView view)
    {
        int count = 0;
        foreach (WriteSample _ in view.Samples)
        {
            count++;
        }
        for (int at = 0; view.TryReadHistogram(ref at, _histogram, out _);)
        {
            count++;
        }
        return count;
    }
}
