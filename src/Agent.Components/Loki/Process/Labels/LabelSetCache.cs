using System.Buffers.Binary;
using System.Numerics;
using Agent.Sdk.Metrics;
using Agent.Telemetry;

namespace Agent.Components.Loki.Process.Labels;

/// <summary>Remembers which set of labels a set and a row of changes lead to, so that lines of known streams allocate nothing.</summary>
/// <remarks>Reading takes no lock: a table is only ever added to, or replaced. Emptied when full, which is counted.</remarks>
internal sealed class LabelSetCache(IReadOnlyList<LabelChange> changes, MetricScope metrics)
{
    private const int Limit = 10_000;
    private const int FirstSize = 64;
    private readonly Lock _gate = new();
    private readonly ulong _seed = (ulong)Random.Shared.NextInt64();
    private volatile Table _table = Table.Empty;

    public LabelSet Resolve(LabelSet from, ReadOnlySpan<byte> pending)
    {
        ulong hash = Hash(from, pending);
        return _table.Find(from, pending, hash)?.Result ?? Add(from, pending, hash);
    }

    private LabelSet Add(LabelSet from, ReadOnlySpan<byte> pending, ulong hash)
    {
        LabelSet result = PendingChanges.Apply(from, pending, changes);
        lock (_gate)
        {
            if (_table.Find(from, pending, hash) is { } known)
            {
                return known.Result;
            }
            if (_table.Count >= Limit)
            {
                metrics.Counter("loki_process_label_cache_resets_total", "Times that the cache of label sets was full and was emptied").Increment();
                _table = new Table(FirstSize);
            }
            else if (_table.Count >= _table.Size)
            {
                _table = new Table(Math.Max(FirstSize, _table.Size * 4), _table);
            }
            _table.Add(new Node(from, pending.ToArray(), hash, result));
        }
        return result;
    }

    // Multiply and fold, 8 bytes a step. Seeded, so that nobody can choose label values that collide.
    private ulong Hash(LabelSet from, ReadOnlySpan<byte> bytes)
    {
        const ulong Factor = 0x9E3779B97F4A7C15;
        ulong hash = _seed ^ (uint)from.GetHashCode();
        while (bytes.Length >= sizeof(ulong))
        {
            hash = Fold((hash ^ BinaryPrimitives.ReadUInt64LittleEndian(bytes)) + Factor, Factor);
            bytes = bytes[sizeof(ulong)..];
        }
        ulong tail = (ulong)bytes.Length << 56;
        for (int i = 0; i < bytes.Length; i++)
        {
            tail |= (ulong)bytes[i] << (8 * i);
        }
        return Fold((hash ^ tail) + Factor, Factor);
    }

    private static ulong Fold(ulong left, ulong right)
    {
        ulong high = Math.BigMul(left, right, out ulong low);
        return high ^ BitOperations.RotateLeft(low, 23);
    }

    private sealed record Node(LabelSet From, byte[] Pending, ulong Hash, LabelSet Result)
    {
        public Node? Next { get; init; }
    }

    private sealed class Table
    {
        private readonly Node?[] _buckets;

        /// <summary>Takes nothing: a pipeline that has seen no line yet needs no table.</summary>
        public static Table Empty { get; } = new();

        private Table() => _buckets = new Node?[1];

        public Table(int size, Table? from = null)
        {
            _buckets = new Node?[size];
            foreach (Node? bucket in from?._buckets ?? [])
            {
                for (Node? node = bucket; node is not null; node = node.Next)
                {
                    Add(node);
                }
            }
        }

        public int Size => ReferenceEquals(this, Empty) ? 0 : _buckets.Length;

        public int Count { get; private set; }

        public Node? Find(LabelSet from, ReadOnlySpan<byte> pending, ulong hash)
        {
            for (Node? node = Volatile.Read(ref _buckets[hash & (ulong)(_buckets.Length - 1)]); node is not null; node = node.Next)
            {
                if (node.Hash == hash && node.From.Equals(from) && pending.SequenceEqual(node.Pending))
                {
                    return node;
                }
            }
            return null;
        }

        public void Add(Node node)
        {
            ref Node? bucket = ref _buckets[node.Hash & (ulong)(_buckets.Length - 1)];
            Volatile.Write(ref bucket, node with { Next = bucket });
            Count++;
        }
    }
}
