using System.Text;
using Agent.Components.Common.Delivery;
using Agent.Wire;
using Agent.Wire.LokiPush;
using Agent.Wire.Snappy;

namespace Agent.Components.Loki.Write;

/// <summary>Opens encoded batches again: only where a server refuses one.</summary>
internal static class BatchDecoder
{
    /// <summary>Two batches with the first and the second half of the entries, each stream still in order; the receipts stay with the whole.</summary>
    /// <param name="whole">At least two entries.</param>
    public static (EncodedBatch First, EncodedBatch Second) Halve(EncodedBatch whole)
    {
        using var plain = new GrowableBuffer();
        LokiPushReader streams = Open(whole, plain);
        using var compressor = new BlockCompressor();
        int middle = whole.Contents.Entries / 2;
        EncodedBatch first = Encode(streams, whole.Contents, 0, middle, compressor);
        return (first, Encode(streams, whole.Contents, middle, whole.Contents.Entries, compressor));
    }

    /// <summary>How many entries the streams have that <paramref name="message"/> names.</summary>
    public static int EntriesOfStreamsIn(EncodedBatch batch, string message)
    {
        using var plain = new GrowableBuffer();
        int count = 0;
        foreach (LokiStreamView stream in Open(batch, plain))
        {
            if (message.Contains(Encoding.UTF8.GetString(stream.Labels), StringComparison.Ordinal))
            {
                foreach (LokiEntryView _ in stream.Entries)
                {
                    count++;
                }
            }
        }
        return count;
    }

    private static LokiPushReader Open(EncodedBatch batch, GrowableBuffer plain)
    {
        if (!SnappyDecoder.TryDecompress(batch.Body.Span, Array.MaxLength, plain)
            || !LokiPushReader.TryOpen(plain.Written, out LokiPushReader streams, out _))
        {
            throw new InvalidOperationException("BUG: cannot read a batch of our own");
        }
        return streams;
    }

    private static EncodedBatch Encode(LokiPushReader streams, BatchContents whole, int from, int to, BlockCompressor compressor)
    {
        using var push = new LokiPushBatch();
        int at = 0;
        long size = 0;
        foreach (LokiStreamView stream in streams)
        {
            int handle = -1;
            foreach (LokiEntryView entry in stream.Entries)
            {
                if (at >= from && at < to)
                {
                    handle = handle < 0 ? push.AddStream(stream.Labels) : handle;
                    size += Copy(entry, push, handle);
                }
                at++;
            }
        }
        var contents = new BatchContents(whole.Tenant, whole.Shard, push.EntryCount, size, [], []);
        return EncodedBatch.Of(push, contents, compressor);
    }

    private static long Copy(in LokiEntryView entry, LokiPushBatch push, int handle)
    {
        long size = entry.Line.Length;
        push.BeginEntry(handle, entry.Timestamp, entry.Line);
        foreach (LokiMetadataView pair in entry.Metadata)
        {
            push.AddMetadata(pair.Name, pair.Value);
            size += pair.Name.Length + pair.Value.Length;
        }
        push.EndEntry();
        return size;
    }
}
