using System.Globalization;
using Agent.Components.Common;
using Agent.Components.Common.Http;
using Agent.Components.Common.Metrics;
using Agent.Sdk;
using Agent.Sdk.Metrics;
using Agent.Telemetry.Metrics;
using Agent.Wire.RemoteWrite;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Agent.Components.Prometheus.ReceiveHttp;

/// <summary>Answers the requests of <c>prometheus.receive_http</c>.</summary>
/// <remarks>Protocol: https://prometheus.io/docs/specs/prw/remote_write_spec_2_0.</remarks>
internal sealed partial class ReceiveRoutes : IDisposable
{
    /// <summary>Each request holds up to twice its longest size: more than these wait for their turn.</summary>
    private const int MaxConcurrent = 32;

    private const string Path = "/api/v1/metrics/write";

    private readonly ComponentContext _context;
    private readonly ServerMetrics _metrics;
    private readonly MetricForwarding _forwarding;
    private readonly RequestGate _gate;
    private readonly DecoderPool _decoders;
    private readonly Counter _invalid;

    public ReceiveRoutes(ComponentContext context, ServerMetrics metrics)
    {
        _context = context;
        _gate = new RequestGate(MaxConcurrent, context, "prometheus_receive_http");
        _metrics = metrics;
        _forwarding = new MetricForwarding(context);
        _decoders = new DecoderPool(new SeriesTable(context.Time), new FamilyTable());
        _invalid = context.Metrics.Counter(
            "prometheus_api_remote_write_invalid_labels_samples_total",
            "The total number of received remote write samples and histogram samples which contain invalid labels.");
    }

    public ReceiveSettings? Settings { get; set; }

    public void Dispose()
    {
        _gate.Dispose();
        _decoders.Dispose();
    }

    /// <param name="http">The request.</param>
    /// <param name="cut">Cancelled when requests in progress must end.</param>
    public Task HandleAsync(HttpContext http, CancellationToken cut)
    {
        if (http.Request.Path.Value != Path)
        {
            return new HttpReply(StatusCodes.Status404NotFound, "404 page not found").SendAsync(http);
        }
        if (!HttpMethods.IsPost(http.Request.Method))
        {
            http.Response.Headers.Allow = HttpMethods.Post;
            return new HttpReply(StatusCodes.Status405MethodNotAllowed, "method not allowed").SendAsync(http);
        }
        return _metrics.MeasureAsync(http, "api_v1_metrics_write", () => ReceiveAsync(http, cut));
    }

    private async Task<HttpReply> ReceiveAsync(HttpContext http, CancellationToken cut)
    {
        ReceiveSettings settings = Settings!;
        if (Refusal(http.Request, settings, out WriteVersion version) is { } refusal)
        {
            LogRefused(_context.Logger, refusal.Message);
            return refusal;
        }
        WriteDecoder decoder = _decoders.Rent();
        try
        {
            WrittenCounts written = default;
            bool delivered = false;
            HttpReply reply = await _gate.PassAsync(http, TakeAsync, cut);
            decoder.Finish(delivered);
            _invalid.Add(decoder.InvalidSamples);
            if (version == WriteVersion.V2)
            {
                written.SetOn(http.Response);
            }
            if (decoder.Fault is { } fault)
            {
                LogRefused(_context.Logger, fault);
            }
            return reply;

            async Task<HttpReply> TakeAsync(CancellationToken ends)
            {
                HttpReply decoded = await decoder.ReadAsync(http.Request, version, settings, ends);
                using var write = new CancellationTokenSource(settings.WriteTimeout.OrNever(), _context.Time);
                using var either = CancellationTokenSource.CreateLinkedTokenSource(ends, write.Token);
                await _forwarding.SendAsync(settings.Receivers, decoder.Batch, either.Token);
                (written, delivered) = (WrittenCounts.Of(decoder.Batch), true);
                return decoded;
            }
        }
        finally
        {
            _decoders.Return(decoder);
        }
    }

    /// <summary>What is wrong with the headers, or null.</summary>
    private static HttpReply? Refusal(HttpRequest request, ReceiveSettings settings, out WriteVersion version)
    {
        string type = request.ContentType ?? "";
        if (!WriteProtocol.TryVersion(type, out version))
        {
            return Unsupported($"cannot read the request: Content-Type \"{type}\" is not supported");
        }
        if (!settings.Accepts(version))
        {
            return Unsupported(
                $"{ReceiveSettings.NameOf(version)} protobuf message is not accepted by this server; only accepts {settings.AcceptedMessages}");
        }
        string encoding = request.Headers.ContentEncoding.ToString();
        return encoding is "" or WriteProtocol.ContentEncoding
            ? null
            : Unsupported($"{encoding} encoding (compression) is not accepted by this server; only {WriteProtocol.ContentEncoding} is acceptable");
    }

    private static HttpReply Unsupported(string cause) => new(StatusCodes.Status415UnsupportedMediaType, cause);

    [LoggerMessage(Level = LogLevel.Warning, Message = "refused a request or a part of it: {Cause}")]
    private static partial void LogRefused(ILogger logger, string cause);

    private sealed class DecoderPool(SeriesTable series, FamilyTable families, int size = 4) : ReusePool<WriteDecoder>(size)
    {
        protected override WriteDecoder Create() => new(series, families);

        protected override void Clear(WriteDecoder used) => used.Clear();
    }
}

/// <summary>How much of a request the receivers took: senders of version 2 learn it from headers.</summary>
internal readonly record struct WrittenCounts(int Samples, int Histograms, int Exemplars)
{
    public static WrittenCounts Of(MetricBatch batch) => new(batch.Count, batch.Histograms.Length, batch.Exemplars.Length);

    public void SetOn(HttpResponse response)
    {
        Set(response, "X-Prometheus-Remote-Write-Samples-Written", Samples);
        Set(response, "X-Prometheus-Remote-Write-Histograms-Written", Histograms);
        Set(response, "X-Prometheus-Remote-Write-Exemplars-Written", Exemplars);
    }

    private static void Set(HttpResponse response, string header, int count) =>
        response.Headers[header] = count.ToString(CultureInfo.InvariantCulture);
}
