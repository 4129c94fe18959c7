using Agent.Telemetry.Logs;

namespace Agent.Components.Loki.Process;

/// <summary>Memory for the structured metadata of one outgoing batch; what it handed out stays in place until it is cleared.</summary>
internal sealed class MetadataArena
{
    private const int ChunkSize = 256;
    private readonly List<MetadataPair[]> _chunks = [];
    private int _chunk;
    private int _used;

    public ReadOnlyMemory<MetadataPair> Copy(ReadOnlySpan<MetadataPair> pairs)
    {
        if (pairs.IsEmpty)
        {
            return default;
        }
        if (pairs.Length > ChunkSize)
        {
            return pairs.ToArray();
        }
        if (_chunks.Count == 0)
        {
            _chunks.Add(new MetadataPair[ChunkSize]);
        }
        if (_used + pairs.Length > ChunkSize)
        {
            _chunk++;
            _used = 0;
            if (_chunk == _chunks.Count)
            {
                _chunks.Add(new MetadataPair[ChunkSize]);
            }
        }
        Memory<MetadataPair> target = _chunks[_chunk].AsMemory(_used, pairs.Length);
        pairs.CopyTo(target.Span);
        _used += pairs.Length;
        return target;
    }

    public void Clear()
    {
        // The pairs point into batches that are gone after this; the next lines overwrite them.
        _chunk = 0;
        _used = 0;
    }
}
