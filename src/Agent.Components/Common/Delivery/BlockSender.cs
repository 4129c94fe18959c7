using Agent.Sdk;
using Agent.Storage.Queues;
using Microsoft.Extensions.Logging;

namespace Agent.Components.Common.Delivery;

/// <summary>Sends the blocks of a queue one after another, each until it is delivered or given up.</summary>
internal abstract partial class BlockSender<TBlock>(DeliveryEndpoint endpoint, ComponentContext context)
    where TBlock : EncodedBlock
{
    protected TimeProvider Time => context.Time;

    /// <summary>
    /// Ends when the queue has ended and is empty, or at <paramref name="stop"/>, but not in the middle of a request: its client does
    /// that. What is not finished stays in the queue.
    /// </summary>
    public async Task RunAsync(QueueReader queue, CancellationToken stop)
    {
        try
        {
            while (!stop.IsCancellationRequested && await queue.PeekAsync(stop) is TBlock block)
            {
                endpoint.NoteOldest(ArrivalOf(block));
                await DeliverAsync(block, stop);
                queue.Advance();
                if (Array.TrueForAll(endpoint.Readers, static reader => reader.IsEmpty))
                {
                    endpoint.NoteOldest(null);
                    endpoint.Pace.End();
                    OnIdle();
                }
            }
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            // Stopped in the middle: the block is still first in the queue.
        }
    }

    /// <summary>When the oldest of it came; null where that is not known.</summary>
    protected abstract DateTimeOffset? ArrivalOf(TBlock block);

    /// <summary>Delivers a block of the queue with the help of <see cref="SendAsync"/>, or gives it up and counts it.</summary>
    protected abstract Task DeliverAsync(TBlock block, CancellationToken stop);

    /// <summary>Sends once, and observes how that went.</summary>
    protected abstract Task<PushReply> PostAsync(TBlock block);

    /// <summary>How much it counts for while catching up.</summary>
    protected abstract long WeightOf(TBlock block);

    protected abstract RetrySchedule NewSchedule();

    /// <summary>Whether the reply is about the form of the block: it says nothing of the endpoint's state, and another form may do better.</summary>
    protected abstract bool IsUnfit(TBlock block, PushReply reply);

    /// <summary>Whether the same block may do better later.</summary>
    protected abstract bool MayRetry(TBlock block, PushReply reply);

    /// <summary>Most tries of the block of the queue that is being sent, whole or in parts; asked again before each.</summary>
    protected virtual int TriesFor(TBlock whole) => int.MaxValue;

    protected abstract void OnDelivered(TBlock block);

    protected abstract void OnRetry(TBlock block);

    /// <summary>Nothing waits any more.</summary>
    protected virtual void OnIdle()
    {
    }

    /// <summary>The first failure after a success, for the log.</summary>
    protected abstract void OnTrouble(TBlock block, PushReply reply);

    /// <summary>Tries until the block is delivered, or until it is clear that it will not be; gives the last reply.</summary>
    /// <param name="block">The block of the queue, or what was made of it.</param>
    /// <param name="whole">The block of the queue.</param>
    /// <param name="stop">Ends the waits.</param>
    protected async Task<PushReply> SendAsync(TBlock block, TBlock whole, CancellationToken stop)
    {
        RetrySchedule schedule = NewSchedule();
        await PaceAsync(block, stop);
        for (int tries = 1; ; tries++)
        {
            PushReply reply = await PostAsync(block);
            if (IsUnfit(block, reply))
            {
                return reply;
            }
            if (reply.IsSuccess)
            {
                Delivered(block, reply);
                return reply;
            }
            if (endpoint.State.Failed(reply, Time.GetUtcNow()))
            {
                OnTrouble(block, reply);
            }
            if (!MayRetry(block, reply) || tries >= TriesFor(whole))
            {
                return reply;
            }
            if (reply.IsRateLimit)
            {
                endpoint.Pace.RateLimited();
            }
            OnRetry(block);
            await Task.Delay(schedule.Next(reply.RetryAfter), Time, stop);
        }
    }

    private async ValueTask PaceAsync(TBlock block, CancellationToken stop)
    {
        TimeSpan wait = endpoint.Pace.Take(WeightOf(block));
        if (wait > TimeSpan.Zero)
        {
            await Task.Delay(wait, Time, stop);
        }
    }

    private void Delivered(TBlock block, PushReply reply)
    {
        OnDelivered(block);
        if (endpoint.State.IsIll)
        {
            endpoint.Pace.Begin();
        }
        endpoint.Pace.Delivered(WeightOf(block));
        if (endpoint.State.Succeeded(reply.Status))
        {
            LogRecovered(context.Logger, endpoint.Host);
        }
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "endpoint {Host} takes batches again")]
    private static partial void LogRecovered(ILogger logger, string host);
}
