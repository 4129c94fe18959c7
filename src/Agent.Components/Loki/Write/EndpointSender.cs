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
                await SendAsync(batch, stop);
                queue.Dequeue();
                batch.Finish(settled: true);
            }
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            // Stopped in the middle: the batch is still first in the queue.
        }
    }

    private async Task SendAsync(EncodedBatch batch, CancellationToken stop)
    {
        string tenant = endpoint.TenantOf(batch.Contents.Tenant);
        TenantMetrics counts = metrics.Of(tenant);
        var schedule = new RetrySchedule(_options.MinBackoffPeriod, _options.MaxBackoffPeriod);
        counts.RequestSize.Observe(batch.Length);
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
            if (endpoint.State.Failed(reply, _time.GetUtcNow()))
            {
                LogFailed(context.Logger, endpoint.Host, tenant, reply.Error!);
            }
            if (!MayRetry(reply) || tries >= TriesFor(batch))
            {
                GiveUp(batch, counts, reply);
                return;
            }
            counts.Retries.Increment();
            await Task.Delay(schedule.Next(reply.RetryAfter), _time, stop);
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
        ObserveLatency(batch, counts);
        if (endpoint.State.Succeeded(reply.Status))
        {
            LogRecovered(context.Logger, endpoint.Host);
        }
    }

    private void GiveUp(EncodedBatch batch, TenantMetrics counts, PushReply reply)
    {
        counts.Drop(reply.IsRateLimit ? DropReason.RateLimited : DropReason.IngesterError, batch.Contents.Entries, batch.Length);
        ObserveLatency(batch, counts);
        LogDropped(context.Logger, endpoint.Host, batch.Contents.Entries, reply.Error!);
    }

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

    [LoggerMessage(Level = LogLevel.Error, Message = "dropped {Entries} entries that endpoint {Host} did not take: {Error}")]
    private static partial void LogDropped(ILogger logger, string host, int entries, string error);
}
