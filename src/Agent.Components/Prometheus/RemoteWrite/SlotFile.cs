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
    private int _first;
    private int _second;
    private int _written;
    private int _superseded;

    /// <summary>Writes what is new since the last call.</summary>
    /// <param name="first">What was packed of a request of version 1, the texts of one of version 2.</param>
    /// <param name="second">The rest of the request.</param>
    /// <param name="state">What both hold.</param>
    public void Write(ReadOnlySpan<byte> first, ReadOnlySpan<byte> second, in OpenBlockState state)
    {
        if (first.Length == _first && second.Length == _second)
        {
            return;
        }
        Span<byte> contents = stackalloc byte[OpenBlockContents.Size];
        OpenBlockContents.Write(contents, new OpenBlockContents(version, shard, state, _superseded));
        if (_file.Append(contents, first[_first..], second[_second..]))
        {
            _written += second.Length - _second;
            (_first, _second) = (first.Length, second.Length);
        }
    }

    /// <summary>The rest of the request went into what is packed: what the file has of that rest counts no more.</summary>
    public void Packed() => (_second, _superseded) = (0, _written);

    /// <summary>The block is full and on its way to the queue; until it is there, the file stays as it is.</summary>
    public void Sealed() => (_first, _second, _written, _superseded) = (0, 0, 0, 0);

    /// <summary>The queue has the block.</summary>
    public void HandedOver(SampleBlock block) => store.HandedOver(_file, block);

    public void Dispose() => _file.Dispose();
}
