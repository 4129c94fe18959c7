using System.Diagnostics.CodeAnalysis;
using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Agent.Telemetry;

namespace Agent.Wire.Exposition;

/// <summary>Remembers something for each series of one target, by the series' text: the cache that spares a scraper the labels.</summary>
/// <remarks>
/// Targets send their series in the same order every time, so the entry added behind the last one found is tried first: a
/// comparison of bytes, and no hash. Neighbours differ in few bytes: only those are kept, beside the whole text of the first of
/// its kind. Not thread safe.
/// </remarks>
/// <typeparam name="TValue">Mostly a series reference and the scrape it was last seen in.</typeparam>
public sealed class SeriesTextMap<TValue> : IDisposable
{
    private const int None = -1;

    /// <summary>The list of series grows by this part of it: doubled, it would be half empty for as long as the target lives.</summary>
    private const int Slack = 8;
    private readonly ulong _seed;
    private List<Entry> _entries;
    private GrowableBuffer _texts = new();
    private byte[] _scratch = [];
    private int[] _buckets = [];
    private int _expected;

    // The entry whose text the scratch holds.
    private int _restored = None;
    private int _trimmedAt;

    public SeriesTextMap()
        : this((ulong)Random.Shared.NextInt64(), 0)
    {
    }

    private SeriesTextMap(ulong seed, int capacity)
    {
        _seed = seed;
        _entries = new List<Entry>(capacity);
        if (capacity > 0)
        {
            _buckets = new int[Math.Max(16, (int)BitOperations.RoundUpToPowerOf2((uint)capacity))];
        }
    }

    public int Count => _entries.Count;

    /// <summary>The text of the series that probably comes next: the one behind the last one found. Empty at the end; lives until the map is used again.</summary>
    public ReadOnlySpan<byte> Expected
    {
        get
        {
            ReadOnlySpan<Entry> entries = Values();
            if ((uint)_expected >= (uint)entries.Length)
            {
                return default;
            }
            ReadOnlySpan<byte> text = TextOf(entries[_expected]);
            _restored = _expected;
            return text;
        }
    }

    /// <summary>Bytes kept for texts.</summary>
    public int TextBytes => _texts.Capacity;

    /// <summary>The value of a series; false where the series is new.</summary>
    public bool TryGet(ReadOnlySpan<byte> series, [NotNullWhen(true)] out TValue? value)
    {
        int index = Find(series);
        value = index == None ? default : _entries[index].Value;
        return index != None;
    }

    /// <summary>As <see cref="TryGet"/>, by reference, to be changed in place until the map changes; no reference at all where the series is new.</summary>
    public ref TValue Find(ReadOnlySpan<byte> series, out bool found)
    {
        int index = Find(series);
        found = index != None;
        return ref found ? ref Values()[index].Value : ref Unsafe.NullRef<TValue>();
    }

    /// <summary>The value of the series that was added as the <paramref name="index"/>-th of those still here; valid until the map changes.</summary>
    public ref readonly TValue ValueAt(int index) => ref Values()[index].Value;

    /// <summary>Adds a series that <see cref="TryGet"/> did not find, or replaces its value.</summary>
    public void Set(ReadOnlySpan<byte> series, TValue value)
    {
        int known = Find(series);
        if (known != None)
        {
            Values()[known].Value = value;
            return;
        }
        if (_entries.Count >= _buckets.Length)
        {
            Rehash(Math.Max(16, _buckets.Length * 2));
        }
        Add(series, Hash(series), value);
    }

    /// <summary>Removes what no longer matters, keeping the order of the rest.</summary>
    public void RemoveWhere(Predicate<TValue> remove)
    {
        int gone = 0;
        foreach (Entry entry in _entries)
        {
            gone += remove(entry.Value) ? 1 : 0;
        }
        if (gone == 0)
        {
            return;
        }
        (List<Entry> entries, GrowableBuffer texts) = (_entries, _texts);
        var kept = new SeriesTextMap<TValue>(_seed, entries.Count - gone);
        foreach (Entry entry in entries)
        {
            if (!remove(entry.Value))
            {
                kept.Add(TextOf(entry), entry.Hash, entry.Value);
            }
        }
        texts.Release();
        (_entries, _texts, _buckets, _expected, _restored) = (kept._entries, kept._texts, kept._buckets, 0, None);
    }

    /// <summary>Gives back memory that was taken in advance, where it is much: to be called when no more series are expected for now.</summary>
    public void Trim()
    {
        // Not for a few that came or went: it costs a copy of everything.
        if (Math.Abs(_entries.Count - _trimmedAt) > (_entries.Count / Slack) + 16)
        {
            _trimmedAt = _entries.Count;
            _entries.Capacity = _entries.Count + (_entries.Count / (2 * Slack));
            _texts.Trim();
        }
    }

    /// <summary>Forgets all series and gives the memory back; the map stays usable.</summary>
    public void Dispose()
    {
        _entries.Clear();
        _buckets = [];
        (_expected, _restored) = (0, None);
        _texts.Release();
    }

    private int Find(ReadOnlySpan<byte> series)
    {
        ReadOnlySpan<Entry> entries = Values();
        int expected = _expected;
        if ((uint)expected < (uint)entries.Length)
        {
            ref readonly Entry next = ref entries[expected];
            bool isNext = _restored == expected && next.Shared.Length > 0
                ? series.SequenceEqual(_scratch.AsSpan(0, next.Shared.Length + next.Length))
                : IsTextOf(next, series);
            if (isNext)
            {
                _expected = expected + 1;
                return expected;
            }
        }
        if (_buckets.Length == 0)
        {
            return None;
        }
        uint hash = Hash(series);
        for (int at = _buckets[hash & (uint)(_buckets.Length - 1)] - 1; at != None; at = entries[at].Next)
        {
            ref readonly Entry entry = ref entries[at];
            if (entry.Hash == hash && IsTextOf(entry, series))
            {
                _expected = at + 1;
                return at;
            }
        }
        return None;
    }

    private void Add(ReadOnlySpan<byte> series, uint hash, TValue value)
    {
        if (_entries.Count >= _buckets.Length)
        {
            Rehash(Math.Max(16, _buckets.Length * 2));
        }
        ref int bucket = ref _buckets[hash & (uint)(_buckets.Length - 1)];
        var entry = new Entry { Start = _texts.Length, Hash = hash, Next = bucket - 1, Value = value, Whole = _entries.Count };
        if (_entries.Count > 0)
        {
            int whole = _entries[^1].Whole;
            entry.Shared = SharedEnds.Of(series, WholeText(_entries[whole]));
            entry.Whole = entry.Shared.Length > 0 ? whole : entry.Whole;
        }
        if (_entries.Count == _entries.Capacity)
        {
            _entries.Capacity += Math.Max(16, _entries.Count / Slack);
        }
        ReadOnlySpan<byte> own = entry.Shared.Middle(series);
        entry.Length = own.Length;
        _entries.Add(entry);
        _texts.Write(own);
        bucket = _entries.Count;
        _expected = _entries.Count;
    }

    private ReadOnlySpan<byte> WholeText(in Entry entry) => _texts.Written.Slice(entry.Start, entry.Length);

    private bool IsTextOf(in Entry entry, ReadOnlySpan<byte> series) => entry.Shared.Length == 0
        ? WholeText(entry).SequenceEqual(series)
        : entry.Shared.Equal(series, WholeText(entry), WholeText(Values()[entry.Whole]));

    /// <summary>Lives until the next call.</summary>
    private ReadOnlySpan<byte> TextOf(in Entry entry)
    {
        if (entry.Shared.Length == 0)
        {
            return WholeText(entry);
        }
        _restored = None;
        int length = entry.Shared.Length + entry.Length;
        if (_scratch.Length < length)
        {
            _scratch = new byte[length + (length / 2)];
        }
        entry.Shared.Restore(WholeText(entry), WholeText(Values()[entry.Whole]), _scratch);
        return _scratch.AsSpan(0, length);
    }

    private Span<Entry> Values() => CollectionsMarshal.AsSpan(_entries);

    private void Rehash(int size)
    {
        _buckets = new int[size];
        Span<Entry> entries = Values();
        for (int i = 0; i < entries.Length; i++)
        {
            ref int bucket = ref _buckets[entries[i].Hash & (uint)(size - 1)];
            entries[i].Next = bucket - 1;
            bucket = i + 1;
        }
    }

    /// <summary>Eight bytes a step, folded by multiplication, with a seed of its own per map: targets cannot aim at one bucket.</summary>
    private uint Hash(ReadOnlySpan<byte> text)
    {
        const ulong Odd = 0x9E3779B97F4A7C15;
        ulong state = _seed ^ ((ulong)text.Length * Odd);
        while (text.Length >= sizeof(ulong))
        {
            state = Fold(state ^ MemoryMarshal.Read<ulong>(text));
            text = text[sizeof(ulong)..];
        }
        ulong rest = 0;
        foreach (byte next in text)
        {
            rest = (rest << 8) | next;
        }
        state = Fold(state ^ rest);
        return (uint)(state ^ (state >> 32));

        static ulong Fold(ulong value)
        {
            ulong high = Math.BigMul(value, Odd, out ulong low);
            return high ^ low;
        }
    }

    private record struct Entry
    {
        public int Start;
        public int Length;
        public int Whole;
        public SharedEnds Shared;
        public uint Hash;
        public int Next;
        public TValue Value;
    }
}
