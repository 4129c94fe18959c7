using Agent.Sdk;
using Agent.Storage.Queues;
using Microsoft.Extensions.Logging;

namespace Agent.Components.Loki.Write;

/// <summary>Sends the batches of a queue one after another, each until it is delivered or given up.</summary>
internal sealed partial class EndpointSender(WriteEndpoint endpoint, PushClient client, EndpointMetrics metrics, EndpointServices services)
{
    /// <summary>Tries for entries that exist in memory only, unless the user says: as Alloy does, about 8 minutes in all.</summary>
    private const int TriesWithoutReplay = 10;

    /// <summary>One batch of the queue and what it counts for.</summary>
    private readonly record struct Delivery(EncodedBatch Whole, string Tenant, TenantMetrics Counts);

    private readonly EndpointOptions _options = endpoint.Options;
    private readonly ComponentContext _context = services.Context;
    private readonly TimeProvider _time = services.Context.Time;

    /// <summary>
    /// Ends when the queue has ended and is empty, or at <paramref name="stop"/>, but not in the middle of a request: its client does
    /// that. What is not finished stays in the queue.
    /// </summary>
    public async Task RunAsync(QueueReader queue, CancellationToken stop)
    {
        try
        {
            while (!stop.IsCancellationRequested && await queue.PeekAsync(stop) is EncodedBatch batch)
            {
                string tenant = endpoint.TenantOf(batch.Contents.Tenant);
                var delivery = new Delivery(batch, tenant, metrics.Of(tenant));
                endpoint.NoteOldest(batch.Contents.Arrivals is [var first, ..] ? first.Time : null);
                await SendAsync(batch, delivery, stop);
                ObserveLatency(batch, delivery.Counts);
                queue.Advance();
                if (queue.IsEmpty)
                {
                    endpoint.NoteOldest(null);
                    endpoint.Pace.End();
                }
            }
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            // Stopped in the middle: the batch is still first in the queue.
        }
    }

    /// <param name="batch">A whole batch, or a part of one that was too large.</param>
    /// <param name="delivery">What it belongs to.</param>
    /// <param name="stop">Ends the waits.</param>
    private async Task SendAsync(EncodedBatch batch, Delivery delivery, CancellationToken stop)
    {
        (_, string tenant, TenantMetrics counts) = delivery;
        var schedule = new RetrySchedule(_options.MinBackoffPeriod, _options.MaxBackoffPeriod);
        counts.RequestSize.Observe(batch.Length);
        await PaceAsync(batch, stop);
        for (int tries = 1; ; tries++)
        {
            long started = _time.GetTimestamp();
            PushReply reply = await client.PostAsync(batch, tenant);
            counts.RequestDuration(reply.Status).Observe(_time.GetElapsedTime(started).TotalSeconds);
            if (reply.IsSuccess)
            {
                Delivered(batch, counts, reply);
                return;
            }
            if (reply.IsTooLarge && batch.Contents.Entries > 1)
            {
                await SendHalvesAsync(batch, delivery, stop);
                return;
            }
            if (endpoint.State.Failed(reply, _time.GetUtcNow()))
            {
                LogFailed(_context.Logger, endpoint.Host, tenant, reply.Error!);
            }
            if (reply.IsTooLarge || !MayRetry(reply) || tries >= TriesFor(delivery.Whole))
            {
                GiveUp(batch, counts, reply);
                return;
            }
            if (reply.IsRateLimit)
            {
                endpoint.Pace.RateLimited();
            }
            counts.Retries.Increment();
            await Task.Delay(schedule.Next(reply.RetryAfter), _time, stop);
        }
    }

    /// <summary>The first half goes first, so that each stream stays in order.</summary>
    private async Task SendHalvesAsync(EncodedBatch batch, Delivery delivery, CancellationToken stop)
    {
        (EncodedBatch first, EncodedBatch second) = BatchDecoder.Halve(batch);
        try
        {
            await SendAsync(first, delivery, stop);
            await SendAsync(second, delivery, stop);
        }
        finally
        {
            first.Release();
            second.Release();
        }
    }

    private async ValueTask PaceAsync(EncodedBatch batch, CancellationToken stop)
    {
        TimeSpan wait = endpoint.Pace.Take(batch.Contents.LineBytes);
        if (wait > TimeSpan.Zero)
        {
            await Task.Delay(wait, _time, stop);
        }
    }

    private bool MayRetry(PushReply reply) => reply.MayRetry && (_options.RetryOnHttp429 || !reply.IsRateLimit);

    private int TriesFor(EncodedBatch batch) => _options.MaxBackoffRetries switch
    {
        null => batch.CanReplay || batch.IsStored || services.Queue.DiskFault is null ? int.MaxValue : TriesWithoutReplay,
        <= 0 => int.MaxValue,
        { } tries => tries,
    };

    private void Delivered(EncodedBatch batch, TenantMetrics counts, PushReply reply)
    {
        counts.SentBytes.Add(batch.Length);
        counts.SentEntries.Add(batch.Contents.Entries);
        if (endpoint.State.IsIll)
        {
            endpoint.Pace.Begin();
        }
        endpoint.Pace.Delivered(batch.Contents.LineBytes);
        if (endpoint.State.Succeeded(reply.Status))
        {
            LogRecovered(_context.Logger, endpoint.Host);
        }
    }

    private void GiveUp(EncodedBatch batch, TenantMetrics counts, PushReply reply)
    {
        int entries = batch.Contents.Entries;
        int dropped = reply.Status == 400 ? CountRejected(batch, counts, reply.Text) : 0;
        if (dropped == 0)
        {
            string reason = reply.IsTooLarge ? DropReason.LineTooLong
                : RejectionReader.ReasonOf(reply.Text) ?? (reply.IsRateLimit ? DropReason.RateLimited : DropReason.IngesterError);
            counts.Drop(reason, entries, batch.Length);
            LogDropped(_context.Logger, endpoint.Host, entries, entries, reply.Error!);
            return;
        }
        counts.SentEntries.Add(entries - dropped);
        counts.SentBytes.Add(ShareOf(batch, entries - dropped));
        LogDropped(_context.Logger, endpoint.Host, dropped, entries, reply.Error!);
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

    private void ObserveLatency(EncodedBatch batch, TenantMetrics counts)
    {
        DateTimeOffset now = _time.GetUtcNow();
        foreach (Arrival arrival in batch.Contents.Arrivals)
        {
            counts.Latency.Observe(Math.Max(0, (now - arrival.Time).TotalSeconds), arrival.Entries);
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "cannot send a batch to {Host} for tenant \"{Tenant}\": {Error}")]
    private static partial void LogFailed(ILogger logger, string host, string tenant, string error);

    [LoggerMessage(Level = LogLevel.Information, Message = "endpoint {Host} takes batches again")]
    private static partial void LogRecovered(ILogger logger, string host);

    [LoggerMessage(Level = LogLevel.Error, Message = "dropped {Entries} of {Total} entries that endpoint {Host} did not take: {Error}")]
    private static partial void LogDropped(ILogger logger, string host, int entries, int total, string error);
}
