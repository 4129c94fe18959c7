using Agent.Components.Common.Delivery;
using Agent.Storage.OpenBlocks;
using Agent.Wire.RemoteWrite;

namespace Agent.Components.Prometheus.RemoteWrite;

/// <summary>Keeps the open block of one slot on disk: what each batch adds to it is written before the batch is said to be taken.</summary>
/// <remarks>A disk that does not take it changes nothing for the samples: they go on in memory, and are written with the next ones.</remarks>
/// <param name="store">Where.</param>
/// <param name="endpoints">Who the block is for.</param>
/// <param name="version">Form of the request.</param>
/// <param name="shard">Which queue of each endpoint it goes to.</param>
internal sealed class SlotFile(OpenBlockStore store, RemoteEndpoint[] endpoints, WriteVersion version, int shard) : IDisposable
{
    private readonly OpenBlockFile _file = store.NewFile(endpoints);
    private int _symbols;
    private int _series;

    /// <summary>Writes what is new since the last call.</summary>
    /// <param name="symbols">The texts of a request of version 2.</param>
    /// <param name="series">The rest of the request.</param>
    /// <param name="state">What both hold.</param>
    public void Write(ReadOnlySpan<byte> symbols, ReadOnlySpan<byte> series, in OpenBlockState state)
    {
        if (series.Length == _series)
        {
            return;
        }
        Span<byte> contents = stackalloc byte[OpenBlockContents.Size];
        OpenBlockContents.Write(contents, version, shard, state);
        if (_file.Append(contents, symbols[_symbols..], series[_series..]))
        {
            (_symbols, _series) = (symbols.Length, series.Length);
        }
    }

    /// <summary>The block is full and on its way to the queue; until it is there, the file stays as it is.</summary>
    public void Sealed() => (_symbols, _series) = (0, 0);

    /// <summary>The queue has the block.</summary>
    public void HandedOver(SampleBlock block) => store.HandedOver(_file, block);

    public void Dispose() => _file.Dispose();
}
