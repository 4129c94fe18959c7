using System.Diagnostics.CodeAnalysis;
using Agent.Telemetry;

namespace Agent.Components.Loki.SourceSyslog;

/// <summary>Remembers which labels the headers of messages lead to. Safe on any thread; a hit allocates nothing.</summary>
/// <remarks>Equal sets become one instance: headers differ in their process, while the labels left after relabelling are few.</remarks>
internal sealed class LabelCache
{
    private const int MostHeaders = 10_000;

    private readonly Lock _gate = new();
    private readonly Dictionary<byte[], LabelSet?> _byHeader = new(BytesComparer.Instance);
    private readonly Dictionary<byte[], LabelSet?>.AlternateLookup<ReadOnlySpan<byte>> _bySpan;
    private readonly Dictionary<LabelSet, LabelSet> _sets = [];

    public LabelCache() => _bySpan = _byHeader.GetAlternateLookup<ReadOnlySpan<byte>>();

    /// <summary>True where the header is known; <paramref name="labels"/> is null where its messages are dropped.</summary>
    public bool TryGet(ReadOnlySpan<byte> header, out LabelSet? labels)
    {
        lock (_gate)
        {
            return _bySpan.TryGetValue(header, out labels);
        }
    }

    /// <summary>Gives the instance to use. When it is full, it starts anew: what is in use comes back with its next message.</summary>
    public LabelSet? Add(ReadOnlySpan<byte> header, LabelSet? labels)
    {
        lock (_gate)
        {
            if (_byHeader.Count >= MostHeaders)
            {
                _byHeader.Clear();
                _sets.Clear();
            }
            if (labels is not null && !_sets.TryAdd(labels, labels))
            {
                labels = _sets[labels];
            }
            _bySpan[header] = labels;
            return labels;
        }
    }

    private sealed class BytesComparer : IEqualityComparer<byte[]>, IAlternateEqualityComparer<ReadOnlySpan<byte>, byte[]>
    {
        public static BytesComparer Instance { get; } = new();

        public bool Equals(byte[]? x, byte[]? y) => x.AsSpan().SequenceEqual(y);

        public bool Equals(ReadOnlySpan<byte> alternate, byte[] other) => alternate.SequenceEqual(other);

        public int GetHashCode([DisallowNull] byte[] obj) => GetHashCode(obj.AsSpan());

        public int GetHashCode(ReadOnlySpan<byte> alternate)
        {
            var hash = new HashCode();
            hash.AddBytes(alternate);
            return hash.ToHashCode();
        }

        public byte[] Create(ReadOnlySpan<byte> alternate) => alternate.ToArray();
    }
}
