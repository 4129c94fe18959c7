using System.Collections.Concurrent;
using Agent.Telemetry;

namespace Agent.Components.Loki.Process.Stages;

/// <summary>The blocks of all streams, and how much memory they take. Outlives a reload: the next pipeline's stage goes on with them.</summary>
internal sealed class MultilineBlocks
{
    /// <summary>A block that would reach this size is sent on, and what follows is a block of its own.</summary>
    public const int MaxBlockBytes = 1024 * 1024;

    private const int MaxStreams = 10_000;
    private const long MaxBytes = 64 * 1024 * 1024;

    // Counts a stream's own share: the copy of its first line's labels, metadata and extracted values.
    private const int BytesPerStream = 1024;

    private readonly ConcurrentDictionary<LabelSet, MultilineBlock> _blocks = new();
    private int _count;
    private long _bytes;

    public int Count => Volatile.Read(ref _count);

    /// <summary>Safe to walk over while blocks come and go.</summary>
    public IEnumerable<MultilineBlock> All => _blocks.Select(static pair => pair.Value);

    public MultilineBlock? Find(LabelSet stream) => _blocks.GetValueOrDefault(stream);

    /// <param name="stream">The labels.</param>
    /// <param name="isOnly">True where no other stream is held.</param>
    public MultilineBlock Add(LabelSet stream, out bool isOnly)
    {
        var made = new MultilineBlock(stream);
        MultilineBlock block = _blocks.GetOrAdd(stream, made);
        isOnly = ReferenceEquals(block, made) && Interlocked.Increment(ref _count) == 1;
        return block;
    }

    /// <summary>Why everything held has to go, or null: <c>streams</c> or <c>memory</c>.</summary>
    public string? TooMuch()
    {
        int count = Volatile.Read(ref _count);
        if (count >= MaxStreams)
        {
            return "streams";
        }
        return Volatile.Read(ref _bytes) + ((long)count * BytesPerStream) > MaxBytes ? "memory" : null;
    }

    public void Append(MultilineBlock block, ReadOnlySpan<byte> line, Receipt? receipt)
    {
        int before = block.Length;
        block.Append(line, receipt);
        Interlocked.Add(ref _bytes, block.Length - before);
    }

    public void Release(MultilineBlock block, PipelineRun run)
    {
        Interlocked.Add(ref _bytes, -block.Length);
        block.Release(run);
    }

    public void Remove(MultilineBlock block)
    {
        block.IsGone = true;
        if (_blocks.TryRemove(block.Stream, out _))
        {
            Interlocked.Decrement(ref _count);
        }
    }
}
