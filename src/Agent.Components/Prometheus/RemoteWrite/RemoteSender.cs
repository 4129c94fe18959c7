using System.Net.Http.Headers;
using Agent.Components.Common.Delivery;
using Agent.Wire.RemoteWrite;
using Microsoft.Extensions.Logging;

namespace Agent.Components.Prometheus.RemoteWrite;

/// <summary>Sends the blocks of a queue.</summary>
internal sealed partial class RemoteSender(RemoteEndpoint endpoint, PushClient client, DeliveryServices services)
    : BlockSender<SampleBlock>(endpoint, services.Context)
{
    private const int UnsupportedMediaType = 415;

    /// <summary>A server may ask for more than <c>max_backoff</c>, but not for ever.</summary>
    private static readonly TimeSpan LongestAsked = TimeSpan.FromMinutes(5);

    private static readonly PushForm First = FormOf(WriteVersion.V1, null);

    /// <summary>Receivers of version 2 say how much they wrote.</summary>
    private static readonly PushForm Second = FormOf(WriteVersion.V2, "X-Prometheus-Remote-Write-Samples-Written");

    private readonly QueueOptions _options = endpoint.Options.QueueConfig;
    private readonly RemoteMetrics _metrics = endpoint.Metrics;

    protected override DateTimeOffset? ArrivalOf(SampleBlock block) => block.Contents.Arrived;

    protected override long WeightOf(SampleBlock block) => block.Length;

    protected override RetrySchedule NewSchedule() => new(_options.MinBackoff, _options.MaxBackoff, LongestAsked);

    protected override async Task DeliverAsync(SampleBlock block, CancellationToken stop)
    {
        if (IsTooOld(block))
        {
            _metrics.Drop(DropReason.TooOld, block.Contents.Items);
        }
        else if (block.Contents.Version == WriteVersion.V2 && endpoint.Version == WriteVersion.V1)
        {
            await SendAsFirstAsync(block, stop);
        }
        else
        {
            PushReply reply = await SendAsync(block, block, stop);
            if (IsUnknownForm(block, reply))
            {
                endpoint.FallBack(reply.Error ?? "it does not say how much it wrote");
                await SendAsFirstAsync(block, stop);
            }
            else if (!reply.IsSuccess)
            {
                GiveUp(block, reply);
            }
        }
        _metrics.RemovePending(block.Contents.Items);
    }

    protected override async Task<PushReply> PostAsync(SampleBlock block)
    {
        long started = Time.GetTimestamp();
        PushReply reply = await client.PostAsync(block, block.Contents.Version == WriteVersion.V1 ? First : Second);
        _metrics.Duration.Observe(Time.GetElapsedTime(started).TotalSeconds);
        return reply;
    }

    /// <summary>What a server says of the samples says nothing of the server.</summary>
    protected override bool IsUnfit(SampleBlock block, PushReply reply) => IsAboutSamples(reply) || IsUnknownForm(block, reply);

    protected override bool MayRetry(SampleBlock block, PushReply reply) =>
        reply.MayRetry && (_options.RetryOnHttp429 || !reply.IsRateLimit) && !IsTooOld(block);

    protected override void OnDelivered(SampleBlock block)
    {
        BlockContents contents = block.Contents;
        (block.IsMetadata ? _metrics.MetadataBytes : _metrics.Bytes).Add(block.Length);
        _metrics.ForEach(contents.Items, static (metrics, count) => metrics.Sent.Add(count));
        if (contents.Newest / 1000.0 is var newest && newest > _metrics.HighestSent.Value)
        {
            _metrics.HighestSent.Set(newest);
        }
    }

    protected override void OnRetry(SampleBlock block) =>
        _metrics.ForEach(block.Contents.Items, static (metrics, count) => metrics.Retried.Add(count));

    protected override void OnIdle() => _metrics.ClearPending();

    protected override void OnTrouble(SampleBlock block, PushReply reply) =>
        LogFailed(services.Context.Logger, endpoint.Host, reply.Error!);

    private static bool IsAboutSamples(PushReply reply) => reply.Status is 400 or 409 or 413 or 422;

    private static PushForm FormOf(WriteVersion version, string? replyHeader) => new(
        MediaTypeHeaderValue.Parse(WriteProtocol.ContentType(version)), WriteProtocol.VersionHeader, WriteProtocol.Version(version), replyHeader);

    /// <summary>Refused, or taken by a server of version 1 that looks at no header and finds nothing that it knows in the message.</summary>
    private static bool IsUnknownForm(SampleBlock block, PushReply reply) =>
        block.Contents.Version == WriteVersion.V2
        && (reply.Status == UnsupportedMediaType || (reply.IsSuccess && reply.Header is null && block.Contents.Items.Samples > 0));

    private bool IsTooOld(SampleBlock block) =>
        _options.SampleAgeLimit > TimeSpan.Zero && block.Contents.Newest > 0
        && block.Contents.Newest < (Time.GetUtcNow() - _options.SampleAgeLimit).ToUnixTimeMilliseconds();

    private async Task SendAsFirstAsync(SampleBlock block, CancellationToken stop)
    {
        SampleBlock first = RequestTranscoder.ToFirst(block);
        try
        {
            PushReply reply = await SendAsync(first, block, stop);
            if (!reply.IsSuccess)
            {
                GiveUp(first, reply);
            }
        }
        finally
        {
            first.Release();
        }
    }

    private void GiveUp(SampleBlock block, PushReply reply)
    {
        ItemCounts items = block.Contents.Items;
        if (IsTooOld(block) && reply.MayRetry)
        {
            _metrics.Drop(DropReason.TooOld, items);
            return;
        }
        if (IsAboutSamples(reply))
        {
            endpoint.State.Refused(reply, Time.GetUtcNow());
        }
        _metrics.ForEach(items, static (metrics, count) => metrics.Failed.Add(count));
        _metrics.Drop(DropReason.OfStatus(reply.Status), items);
        LogDropped(services.Context.Logger, endpoint.Host, items.Total, reply.Error!);
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "cannot send samples to {Host}: {Error}")]
    private static partial void LogFailed(ILogger logger, string host, string error);

    [LoggerMessage(Level = LogLevel.Error, Message = "dropped {Items} samples that endpoint {Host} did not take: {Error}")]
    private static partial void LogDropped(ILogger logger, string host, int items, string error);
}
