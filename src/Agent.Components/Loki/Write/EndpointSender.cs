using System.Net.Http.Headers;
using Agent.Components.Common.Delivery;
using Microsoft.Extensions.Logging;

namespace Agent.Components.Loki.Write;

/// <summary>Sends the batches of a queue.</summary>
internal sealed partial class EndpointSender(WriteEndpoint endpoint, PushClient client, DeliveryServices services)
    : BlockSender<EncodedBatch>(endpoint, services.Context)
{
    /// <summary>Tries for entries that exist in memory only, unless the user says: as Alloy does, about 8 minutes in all.</summary>
    private const int TriesWithoutReplay = 10;

    private static readonly MediaTypeHeaderValue Protobuf = new("application/x-protobuf");

    private readonly EndpointOptions _options = endpoint.Options;

    protected override DateTimeOffset? ArrivalOf(EncodedBatch block) => block.Contents.Arrivals is [var first, ..] ? first.Time : null;

    protected override long WeightOf(EncodedBatch block) => block.Contents.LineBytes;

    protected override RetrySchedule NewSchedule() => new(_options.MinBackoffPeriod, _options.MaxBackoffPeriod);

    protected override async Task DeliverAsync(EncodedBatch block, CancellationToken stop)
    {
        await SendPartAsync(block, block, stop);
        ObserveLatency(block);
    }

    protected override async Task<PushReply> PostAsync(EncodedBatch block)
    {
        long started = Time.GetTimestamp();
        PushReply reply = await client.PostAsync(block, new PushForm(Protobuf, "X-Scope-OrgID", TenantOf(block)));
        CountsOf(block).RequestDuration(reply.Status).Observe(Time.GetElapsedTime(started).TotalSeconds);
        return reply;
    }

    protected override bool IsUnfit(EncodedBatch block, PushReply reply) => IsTooLarge(reply) && block.Contents.Entries > 1;

    /// <summary>No reply, 429 and 5xx.</summary>
    protected override bool MayRetry(EncodedBatch block, PushReply reply) =>
        !IsTooLarge(reply) && reply.MayRetry && (_options.RetryOnHttp429 || !reply.IsRateLimit);

    protected override int TriesFor(EncodedBatch whole) => _options.MaxBackoffRetries switch
    {
        null => whole.CanReplay || whole.IsStored || services.Queue.DiskFault is null ? int.MaxValue : TriesWithoutReplay,
        <= 0 => int.MaxValue,
        { } tries => tries,
    };

    protected override void OnDelivered(EncodedBatch block)
    {
        TenantMetrics counts = CountsOf(block);
        counts.SentBytes.Add(block.Length);
        counts.SentEntries.Add(block.Contents.Entries);
    }

    protected override void OnRetry(EncodedBatch block) => CountsOf(block).Retries.Increment();

    protected override void OnTrouble(EncodedBatch block, PushReply reply) =>
        LogFailed(services.Context.Logger, endpoint.Host, TenantOf(block), reply.Error!);

    private static bool IsTooLarge(PushReply reply) => reply.Status == 413 || (!reply.IsSuccess && RejectionReader.SaysTooLarge(reply.Text));

    private string TenantOf(EncodedBatch batch) => endpoint.TenantOf(batch.Contents.Tenant);

    private TenantMetrics CountsOf(EncodedBatch batch) => endpoint.Metrics.Of(TenantOf(batch));

    /// <param name="batch">A whole batch, or a part of one that was too large.</param>
    /// <param name="whole">The batch of the queue.</param>
    /// <param name="stop">Ends the waits.</param>
    private async Task SendPartAsync(EncodedBatch batch, EncodedBatch whole, CancellationToken stop)
    {
        CountsOf(batch).RequestSize.Observe(batch.Length);
        PushReply reply = await SendAsync(batch, whole, stop);
        if (IsUnfit(batch, reply))
        {
            await SendHalvesAsync(batch, whole, stop);
        }
        else if (!reply.IsSuccess)
        {
            GiveUp(batch, CountsOf(batch), reply);
        }
    }

    /// <summary>The first half goes first, so that each stream stays in order.</summary>
    private async Task SendHalvesAsync(EncodedBatch batch, EncodedBatch whole, CancellationToken stop)
    {
        (EncodedBatch first, EncodedBatch second) = BatchDecoder.Halve(batch);
        try
        {
            await SendPartAsync(first, whole, stop);
            await SendPartAsync(second, whole, stop);
        }
        finally
        {
            first.Release();
            second.Release();
        }
    }

    private void GiveUp(EncodedBatch batch, TenantMetrics counts, PushReply reply)
    {
        int entries = batch.Contents.Entries;
        int dropped = reply.Status == 400 ? CountRejected(batch, counts, reply.Text) : 0;
        if (dropped == 0)
        {
            string reason = IsTooLarge(reply) ? DropReason.LineTooLong
                : RejectionReader.ReasonOf(reply.Text) ?? (reply.IsRateLimit ? DropReason.RateLimited : DropReason.IngesterError);
            counts.Drop(reason, entries, batch.Length);
            LogDropped(services.Context.Logger, endpoint.Host, entries, entries, reply.Error!);
            return;
        }
        counts.SentEntries.Add(entries - dropped);
        counts.SentBytes.Add(ShareOf(batch, entries - dropped));
        LogDropped(services.Context.Logger, endpoint.Host, dropped, entries, reply.Error!);
    }

    /// <summary>Counts what the server says it dropped, each under its reason, and returns how many; 0 where it does not say.</summary>
    private static int CountRejected(EncodedBatch batch, TenantMetrics counts, string text)
    {
        int dropped = 0;
        foreach (Rejection rejection in RejectionReader.Read(text))
        {
            int count = rejection.WholeStreams
                ? Math.Max(rejection.Count, BatchDecoder.EntriesOfStreamsIn(batch, rejection.Text))
                : rejection.Count;
            count = Math.Min(count, batch.Contents.Entries - dropped);
            counts.Drop(rejection.Reason, count, ShareOf(batch, count));
            dropped += count;
        }
        return dropped;
    }

    /// <summary>Bytes of some entries of a batch; which ones is not known, so all count alike.</summary>
    private static long ShareOf(EncodedBatch batch, int entries) => (long)batch.Length * entries / batch.Contents.Entries;

    private void ObserveLatency(EncodedBatch batch)
    {
        TenantMetrics counts = CountsOf(batch);
        DateTimeOffset now = Time.GetUtcNow();
        foreach (Arrival arrival in batch.Contents.Arrivals)
        {
            counts.Latency.Observe(Math.Max(0, (now - arrival.Time).TotalSeconds), arrival.Entries);
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "cannot send a batch to {Host} for tenant \"{Tenant}\": {Error}")]
    private static partial void LogFailed(ILogger logger, string host, string tenant, string error);

    [LoggerMessage(Level = LogLevel.Error, Message = "dropped {Entries} of {Total} entries that endpoint {Host} did not take: {Error}")]
    private static partial void LogDropped(ILogger logger, string host, int entries, int total, string error);
}
