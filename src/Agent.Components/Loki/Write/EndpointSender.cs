using Agent.Sdk;
using Microsoft.Extensions.Logging;

namespace Agent.Components.Loki.Write;

/// <summary>Sends the batches of a queue one after another, each until it is delivered or given up.</summary>
internal sealed partial class EndpointSender(WriteEndpoint endpoint, PushClient client, EndpointMetrics metrics, ComponentContext context)
{
    /// <summary>Tries for entries that exist nowhere else, unless the user says: as Alloy does, about 8 minutes in all.</summary>
    private const int TriesWithoutReplay = 10;

    private readonly EndpointOptions _options = endpoint.Options;
    private readonly TimeProvider _time = context.Time;

    /// <summary>
    /// Ends when the queue has ended and is empty, or at <paramref name="stop"/>, but not in the middle of a request: its client does
    /// that. What is not finished stays in the queue.
    /// </summary>
    public async Task RunAsync(BatchQueue queue, CancellationToken stop)
    {
        try
        {
            while (!stop.IsCancellationRequested && await queue.PeekAsync(stop) is { } batch)
            {
                string tenant = endpoint.TenantOf(batch.Contents.Tenant);
                TenantMetrics counts = metrics.Of(tenant);
                int tries = TriesFor(batch);
                await SendAsync(batch, tries, tenant, counts, stop);
                ObserveLatency(batch, counts);
                queue.Dequeue();
                batch.Finish(settled: true);
                if (queue.Count == 0)
                {
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
    /// <param name="mostTries">Then it is given up.</param>
    private async Task SendAsync(EncodedBatch batch, int mostTries, string tenant, TenantMetrics counts, CancellationToken stop)
    {
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
                await SendHalvesAsync(batch, mostTries, tenant, counts, stop);
                return;
            }
            if (endpoint.State.Failed(reply, _time.GetUtcNow()))
            {
                LogFailed(context.Logger, endpoint.Host, tenant, reply.Error!);
            }
            if (reply.IsTooLarge || !MayRetry(reply) || tries >= mostTries)
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
    private async Task SendHalvesAsync(EncodedBatch batch, int mostTries, string tenant, TenantMetrics counts, CancellationToken stop)
    {
        (EncodedBatch first, EncodedBatch second) = BatchDecoder.Halve(batch);
        try
        {
            await SendAsync(first, mostTries, tenant, counts, stop);
            await SendAsync(second, mostTries, tenant, counts, stop);
        }
        finally
        {
            first.Finish(settled: true);
            second.Finish(settled: true);
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
        null => batch.Contents.Receipts.Count > 0 ? int.MaxValue : TriesWithoutReplay,
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
            LogRecovered(context.Logger, endpoint.Host);
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
            LogDropped(context.Logger, endpoint.Host, entries, entries, reply.Error!);
            return;
        }
        counts.SentEntries.Add(entries - dropped);
        counts.SentBytes.Add(ShareOf(batch, entries - dropped));
        LogDropped(context.Logger, endpoint.Host, dropped, entries, reply.Error!);
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
