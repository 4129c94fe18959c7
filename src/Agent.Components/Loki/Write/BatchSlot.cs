using System.Text;
using Agent.Components.Common.Delivery;
using Agent.Telemetry;
using Agent.Telemetry.Logs;
using Agent.Wire.LokiPush;

namespace Agent.Components.Loki.Write;

/// <summary>Where the entries of one tenant and shard gather: holds at most one open batch.</summary>
internal sealed class BatchSlot(string tenant, int shard)
{
    /// <summary>Proto bytes around a structured metadata pair: two tags and two lengths, as Alloy counts a pair's size.</summary>
    private const int PairOverhead = 4;

    private LokiPushBatch? _push;
    private List<Receipt>? _receipts;
    private List<Arrival>? _arrivals;

    /// <summary>The tenant that entries name themselves; empty where the endpoint's own counts.</summary>
    public string Tenant => tenant;

    public int Shard => shard;

    /// <summary>Grows with each batch, so that handles of an earlier one are known as void.</summary>
    public long Generation { get; private set; }

    public bool IsOpen => _push is not null;

    public int StreamCount => _push?.StreamCount ?? 0;

    /// <summary>When the open batch got its first entry.</summary>
    public DateTimeOffset Opened { get; private set; }

    private long Bytes { get; set; }

    public static int SizeOf(in LogEntry entry)
    {
        int size = entry.Line.Length;
        foreach (MetadataPair pair in entry.Metadata.Span)
        {
            size += pair.Name.Length + pair.Value.Length + PairOverhead;
        }
        return size;
    }

    /// <summary>Whether so many more bytes have to go into the next batch. Long label texts count too, but only when they abound.</summary>
    public bool IsFullFor(int size, long limit) =>
        _push is { EntryCount: > 0 } push && (Bytes + size > limit || push.EncodedSize > (4 * limit) + (1 << 16));

    public void Open(LokiPushBatch push, DateTimeOffset now)
    {
        _push = push;
        Opened = now;
        Generation++;
    }

    public void Add(LabelStream stream, in LogEntry entry, int size)
    {
        LokiPushBatch push = _push!;
        if (stream.Generation != Generation)
        {
            stream.Handle = push.AddStream(stream.Text);
            stream.Generation = Generation;
        }
        if (entry.Metadata.IsEmpty)
        {
            push.Append(stream.Handle, entry.Timestamp, entry.Line.Span);
        }
        else
        {
            push.BeginEntry(stream.Handle, entry.Timestamp, entry.Line.Span);
            foreach (MetadataPair pair in entry.Metadata.Span)
            {
                AddPair(push, pair);
            }
            push.EndEntry();
        }
        Bytes += size;
    }

    /// <summary>Notes whose entries were added, and when; called once for all entries that one batch of a source added.</summary>
    public void Note(Receipt? receipt, DateTimeOffset now, int entries)
    {
        if (receipt is not null && !(_receipts is [.., var last] && ReferenceEquals(last, receipt)))
        {
            receipt.Hold();
            (_receipts ??= []).Add(receipt);
        }
        _arrivals ??= [];
        if (_arrivals is [.., var latest] && now - latest.Time < Arrival.Resolution)
        {
            _arrivals[^1] = latest with { Entries = latest.Entries + entries };
        }
        else
        {
            _arrivals.Add(new Arrival(now, entries));
        }
    }

    /// <summary>Ends the open batch: compressed once, for all endpoints.</summary>
    public (EncodedBatch Batch, LokiPushBatch Used) Seal(BlockCompressor compressor)
    {
        LokiPushBatch push = _push!;
        var content = new BatchContents(tenant, shard, push.EntryCount, Bytes, _receipts ?? [], _arrivals ?? []);
        EncodedBatch batch = EncodedBatch.Of(push, content, compressor);
        (_push, _receipts, _arrivals, Bytes) = (null, null, null, 0);
        Generation++;
        return (batch, push);
    }

    private static void AddPair(LokiPushBatch push, in MetadataPair pair)
    {
        // Names are short, interned text; the rare long one is copied.
        Span<byte> name = stackalloc byte[256];
        push.AddMetadata(
            Encoding.UTF8.TryGetBytes(pair.Name, name, out int length) ? name[..length] : Encoding.UTF8.GetBytes(pair.Name), pair.Value.Span);
    }
}
