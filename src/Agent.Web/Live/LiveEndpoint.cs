using System.Buffers;
using System.Globalization;
using System.Text;
using System.Threading.Channels;
using Agent.Runtime;
using Agent.Runtime.Ports;
using Agent.Web.Api;
using Agent.Web.Api.V1;
using Microsoft.AspNetCore.Http;

namespace Agent.Web.Live;

/// <summary><c>/api/v1/live?from=ID&amp;to=ID&amp;q=TEXT</c>: what passes some edges, as server-sent events.</summary>
/// <remarks>Format: https://html.spec.whatwg.org/multipage/server-sent-events.html. While nobody asks no edge is watched.</remarks>
internal sealed class LiveEndpoint(WebServices services, CancellationToken stop)
{
    private const int MostReaders = 20;
    private const int QueuedSamples = 500;

    private static readonly TimeSpan Beat = TimeSpan.FromSeconds(1);
    private int _readers;

    public async Task HandleAsync(HttpContext context)
    {
        if (!services.LiveDebugging.Enabled)
        {
            await ApiReply.ForbidAsync(context, "live debugging is off; the configuration switches it on with livedebugging { enabled = true }").ConfigureAwait(false);
            return;
        }
        string from = context.Request.Query["from"].ToString();
        string to = context.Request.Query["to"].ToString();
        var view = new WholeGraph(services);
        if ((from.Length == 0 && to.Length == 0) || (from.Length > 0 && view.Find(from) is null) || (to.Length > 0 && view.Find(to) is null))
        {
            await ApiReply.NotFoundAsync(context, "there is no component of that id").ConfigureAwait(false);
            return;
        }
        if (Interlocked.Increment(ref _readers) > MostReaders)
        {
            Interlocked.Decrement(ref _readers);
            await ApiReply.RefuseAsync(context, StatusCodes.Status429TooManyRequests, "unavailable", $"{MostReaders} live views are open already").ConfigureAwait(false);
            return;
        }
        try
        {
            await StreamAsync(context, view, from, to).ConfigureAwait(false);
        }
        finally
        {
            Interlocked.Decrement(ref _readers);
        }
    }

    private async Task StreamAsync(HttpContext context, WholeGraph view, string from, string to)
    {
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(context.RequestAborted, stop);
        var samples = Channel.CreateBounded<byte[]>(new BoundedChannelOptions(QueuedSamples) { SingleReader = true });
        var filter = new LiveFilter(context.Request.Query["q"].ToString());
        List<TargetSampler> targets = TargetSamplers(view, from, to, samples, filter);
        List<(EdgeSampler Sampler, IDisposable Watch)> watched = [];
        try
        {
            foreach (Edge edge in view.Components.SelectMany(static node => node.Edges).Where(edge => (from.Length == 0 || edge.From == from) && (to.Length == 0 || edge.To == to)))
            {
                var sampler = new EdgeSampler(edge, samples, filter, services.Time);
                watched.Add((sampler, edge.Watch(sampler)));
            }
            context.Response.ContentType = "text/event-stream";
            context.Response.Headers.CacheControl = "no-store";
            await context.Response.StartAsync(ended.Token).ConfigureAwait(false);
            // After a reload other edges may be meant: the stream ends, and the browser asks again by itself.
            LoadResult? loaded = services.Runtime.Running;
            while (services.LiveDebugging.Enabled && ReferenceEquals(loaded, services.Runtime.Running))
            {
                targets.ForEach(static sampler => sampler.Look());
                await SendAsync(context, samples.Reader, watched, ended.Token).ConfigureAwait(false);
            }
            if (!services.LiveDebugging.Enabled)
            {
                await WriteAsync(context, "off", "{}"u8.ToArray(), ended.Token).ConfigureAwait(false);
            }
        }
        finally
        {
            watched.ForEach(static one => one.Watch.Dispose());
        }
    }

    private static List<TargetSampler> TargetSamplers(WholeGraph view, string from, string to, Channel<byte[]> samples, LiveFilter filter) =>
    [
        .. view.Components.Where(node => to.Length == 0 || node.Id == to).SelectMany(node => view.ReferencesOf(node)
            .Where(source => (from.Length == 0 || source == from) && !node.Edges.Any(edge => edge.To == source))
            .Select(source => new TargetSampler(view.Find(source)!, node.Id, samples, filter))),
    ];

    /// <summary>Sends what comes within a second, and then how much passed: a reader also learns by that that the connection stands.</summary>
    private async Task SendAsync(HttpContext context, ChannelReader<byte[]> samples, List<(EdgeSampler Sampler, IDisposable Watch)> watched, CancellationToken ended)
    {
        using var beat = new CancellationTokenSource(Beat, services.Time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(beat.Token, ended);
        try
        {
            while (await samples.WaitToReadAsync(either.Token).ConfigureAwait(false))
            {
                while (samples.TryRead(out byte[]? sample))
                {
                    Write(context.Response.BodyWriter, "sample", sample);
                }
                await context.Response.BodyWriter.FlushAsync(ended).ConfigureAwait(false);
            }
        }
        catch (OperationCanceledException) when (beat.IsCancellationRequested && !ended.IsCancellationRequested)
        {
            // The second is over.
        }
        (long seen, long skipped) = watched.Aggregate((Seen: 0L, Skipped: 0L), static (sum, one) => (sum.Seen + one.Sampler.Counts.Seen, sum.Skipped + one.Sampler.Counts.Skipped));
        string counts = string.Create(CultureInfo.InvariantCulture, $$"""{"seen":{{seen}},"skipped":{{skipped}}}""");
        await WriteAsync(context, "beat", Encoding.UTF8.GetBytes(counts), ended).ConfigureAwait(false);
    }

    private static async Task WriteAsync(HttpContext context, string kind, byte[] data, CancellationToken ended)
    {
        Write(context.Response.BodyWriter, kind, data);
        await context.Response.BodyWriter.FlushAsync(ended).ConfigureAwait(false);
    }

    private static void Write(IBufferWriter<byte> output, string kind, byte[] data)
    {
        output.Write(Encoding.UTF8.GetBytes($"event: {kind}\ndata: "));
        output.Write(data);
        output.Write("\n\n"u8);
    }
}
