using Agent.Components.Common.Delivery;
using Agent.Telemetry;
using Agent.Telemetry.Metrics;
using Agent.Wire;
using Agent.Wire.RemoteWrite;
using Agent.Wire.Snappy;

namespace Agent.Components.Prometheus.RemoteWrite;

/// <summary>Where the samples of one shard gather until they are a request.</summary>
/// <remarks>
/// Of version 1 what has gathered is compressed piece by piece and kept in that form: it takes a tenth of the memory, and of the writing to
/// the file. Version 2 has its texts in front of all, so that it is compressed as a whole.
/// </remarks>
/// <param name="version">Form of the request.</param>
/// <param name="shard">From 0.</param>
/// <param name="file">Where the open block is kept; null for what is not.</param>
internal sealed class LaneSlot(WriteVersion version, int shard, SlotFile? file = null) : IDisposable
{
    /// <summary>Larger pieces compress hardly better.</summary>
    private const int Piece = 32 << 10;

    private readonly GrowableBuffer _packed = new();
    private readonly WriteRequestBatch? _first = version == WriteVersion.V1 ? new WriteRequestBatch() : null;
    private readonly WriteRequestV2Batch? _second = version == WriteVersion.V2 ? new WriteRequestV2Batch() : null;
    private List<Receipt>? _receipts;
    private ItemCounts _items;
    private long _newest;
    private int _packedLength;

    public bool IsOpen => Count > 0;

    /// <summary>Items in the open block.</summary>
    public int Count => _items.Total;

    public int EncodedSize => _packedLength + (_first?.EncodedSize ?? _second!.EncodedSize);

    /// <summary>When the open block got its first item.</summary>
    public DateTimeOffset Opened { get; set; }

    public void AddSample(MetricSeries series, double value, long timestamp, long start)
    {
        if (_first is not null)
        {
            _first.AddSample(series, value, timestamp);
        }
        else
        {
            _second!.AddSample(series, value, timestamp, start);
        }
        Took(timestamp, _items with { Samples = _items.Samples + 1 });
    }

    public void AddHistogram(MetricSeries series, in HistogramView histogram, HistogramTimes times)
    {
        if (_first is not null)
        {
            _first.AddHistogram(series, histogram, times.Timestamp);
        }
        else
        {
            _second!.AddHistogram(series, histogram, times);
        }
        Took(times.Timestamp, _items with { Histograms = _items.Histograms + 1 });
    }

    public void AddExemplar(in MetricExemplar exemplar)
    {
        if (_first is not null)
        {
            _first.AddExemplar(exemplar);
        }
        else
        {
            _second!.AddExemplar(exemplar);
        }
        Took(exemplar.Timestamp, _items with { Exemplars = _items.Exemplars + 1 });
    }

    /// <summary>Version 1 only.</summary>
    public void AddMetadata(MetricMetadata metadata)
    {
        _first!.AddMetadata(metadata);
        _items = _items with { Metadata = _items.Metadata + 1 };
    }

    /// <summary>Holds the receipt of what was added, once for a block.</summary>
    public void Note(Receipt? receipt)
    {
        if (receipt is not null && !(_receipts is [.., var last] && ReferenceEquals(last, receipt)))
        {
            receipt.Hold();
            (_receipts ??= []).Add(receipt);
        }
    }

    /// <summary>Writes what was added since the last call to the slot's file: from then on it outlives the process.</summary>
    public void Keep(BlockCompressor compressor)
    {
        if (!IsOpen)
        {
            return;
        }
        if (_first?.EncodedSize >= Piece)
        {
            Pack(compressor, _first);
            file?.Packed();
        }
        if (file is not null)
        {
            var state = new OpenBlockState(_items, _newest, Opened, _packedLength);
            if (_first is not null)
            {
                file.Write(_packed.Written, _first.Encode(), state);
            }
            else
            {
                ReadOnlySpan<byte> series = _second!.Encode(out ReadOnlySpan<byte> symbols);
                file.Write(symbols, series, state);
            }
        }
    }

    /// <summary>The queue has the block that was sealed: the file holds the next one from now on.</summary>
    public void HandedOver(SampleBlock block) => file?.HandedOver(block);

    /// <summary>Ends the open block: compressed once, for all endpoints.</summary>
    public SampleBlock Seal(BlockCompressor compressor)
    {
        file?.Sealed();
        if (_first is not null)
        {
            Pack(compressor, _first);
            SnappyEncoder.AppendLength(_packedLength, compressor.Scratch);
            compressor.Scratch.Write(_packed.Written);
            _packed.Clear();
            _packedLength = 0;
        }
        else
        {
            _second!.Compress(compressor.Snappy, compressor.Scratch);
            _second.Reset();
        }
        var contents = new BlockContents(version, shard, _items, _newest, Opened);
        var block = new SampleBlock(compressor.TakeBody(out int length), length, contents, _receipts ?? (IReadOnlyList<Receipt>)[]);
        (_receipts, _items, _newest) = (null, default, 0);
        return block;
    }

    public void Dispose()
    {
        file?.Dispose();
        _packed.Dispose();
        _first?.Dispose();
        _second?.Dispose();
    }

    private void Pack(BlockCompressor compressor, WriteRequestBatch batch)
    {
        ReadOnlySpan<byte> request = batch.Encode();
        compressor.Snappy.AppendElements(request, _packed);
        _packedLength += request.Length;
        batch.Reset();
    }

    private void Took(long timestamp, ItemCounts items)
    {
        _items = items;
        _newest = Math.Max(_newest, timestamp);
    }
}
