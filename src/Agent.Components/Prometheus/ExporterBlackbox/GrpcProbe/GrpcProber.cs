using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Sockets;
using Agent.Components.Common.Http;
using Agent.Components.Prometheus.ExporterBlackbox.Modules;
using Agent.Components.Prometheus.ExporterBlackbox.Probing;
using Agent.Components.Prometheus.ExporterUnix;

namespace Agent.Components.Prometheus.ExporterBlackbox.GrpcProbe;

/// <summary>Asks a gRPC server for its health (grpc.health.v1).</summary>
internal sealed class GrpcProber : IProber
{
    private const int Ok = 0;
    private const int UnknownCode = 2;
    private const int DeadlineExceeded = 4;
    private const int Unimplemented = 12;
    private const int Unavailable = 14;
    private const int LongestReply = 64 * 1024;

    private static readonly Family Duration = Family.Gauge("probe_grpc_duration_seconds", "Duration of gRPC request by phase", "phase");
    private static readonly Family IsSsl = Family.Gauge("probe_grpc_ssl", "Indicates if SSL was used for the connection");
    private static readonly Family StatusCode = Family.Gauge("probe_grpc_status_code", "Response gRPC status code");

    private static readonly Family HealthStatus = Family.Gauge(
        "probe_grpc_healthcheck_response", "Response HealthCheck response", "serving_status");

    public async Task<bool> ProbeAsync(ProbeRun run, CancellationToken stop)
    {
        GrpcProbeOptions options = run.Module.Grpc;
        run.Series.Declare(Duration, "resolve");
        run.Series.Declare(IsSsl);
        run.Series.Declare(StatusCode);
        Uri url = UrlOf(run.Target, options.Tls);
        (IPAddress address, double seconds) = await AddressChoice.ResolveAsync(run, url.IdnHost.Trim('[', ']'), options.Address, stop);
        run.Series.Set(Duration, seconds, "resolve");
        long start = run.Now;
        using var transport = new ProbeTransport(run, new Route(url, options.TlsConfig, url.IdnHost)
        {
            Address = address, Addresses = options.Address,
        });
        (int code, string? status, string error) = await CheckAsync(transport, url, options, stop);
        run.Series.Set(Duration, run.SecondsSince(start), "check");
        foreach (string name in HealthMessages.Statuses)
        {
            run.Series.Set(HealthStatus, name == status ? 1 : 0, name);
        }
        run.Series.Set(StatusCode, code);
        if (code == Ok && transport.Session is { } session)
        {
            run.Series.Set(IsSsl, 1);
            TlsReport.Write(run.Series, session, withChain: false);
        }
        if (code == Ok && status == HealthMessages.Serving)
        {
            return true;
        }
        run.Log.Error("can't connect grpc server:", ("status_code", code), ("serving_status", status), ("err", error));
        return false;
    }

    private static Uri UrlOf(string target, bool isTls)
    {
        int scheme = target.IndexOf("://", StringComparison.Ordinal);
        string rest = scheme < 0 ? target : target[(scheme + 3)..];
        return Uri.TryCreate((isTls ? "https://" : "http://") + rest, UriKind.Absolute, out Uri? url)
            ? new Uri(url, "/grpc.health.v1.Health/Check")
            : throw new ProbeException($"Could not parse target URL: {target}");
    }

    private static async Task<(int Code, string? Status, string Error)> CheckAsync(
        ProbeTransport transport, Uri url, GrpcProbeOptions options, CancellationToken stop)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, url)
        {
            Version = HttpVersion.Version20,
            VersionPolicy = HttpVersionPolicy.RequestVersionExact,
            Content = new ByteArrayContent(HealthMessages.Request(options.Service)),
        };
        request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/grpc");
        request.Headers.TE.Add(new TransferCodingWithQualityHeaderValue("trailers"));
        foreach ((string name, string value) in options.Metadata)
        {
            request.Headers.TryAddWithoutValidation(name, value);
        }
        try
        {
            using var client = new HttpMessageInvoker(transport.Handler, disposeHandler: false);
            using HttpResponseMessage response = await client.SendAsync(request, stop);
            ReadOnlyMemory<byte> body = await BoundedBody.ReadAsync(response, LongestReply, stop);
            int code = CodeOf(response, out string message);
            return (code, code == Ok ? HealthMessages.Status(body.Span) : null, message);
        }
        catch (OperationCanceledException)
        {
            return (DeadlineExceeded, null, "context deadline exceeded");
        }
        catch (Exception exception) when (exception is HttpRequestException or IOException or InvalidDataException or SocketException)
        {
            return (Unavailable, null, exception.InnerException is { } inner ? $"{exception.Message}: {inner.Message}" : exception.Message);
        }
    }

    private static int CodeOf(HttpResponseMessage response, out string message)
    {
        // Without a body both stand in the headers.
        bool isGiven = response.TrailingHeaders.TryGetValues("grpc-status", out IEnumerable<string>? values)
            || response.Headers.TryGetValues("grpc-status", out values);
        message = response.TrailingHeaders.TryGetValues("grpc-message", out IEnumerable<string>? texts)
            || response.Headers.TryGetValues("grpc-message", out texts) ? string.Join(' ', texts) : "";
        if (isGiven && int.TryParse(values!.FirstOrDefault(), NumberStyles.None, CultureInfo.InvariantCulture, out int code))
        {
            return code;
        }
        message = $"unexpected HTTP status code received from server: {(int)response.StatusCode}";
        return (int)response.StatusCode switch
        {
            401 => 16,
            403 => 7,
            404 => Unimplemented,
            429 or 502 or 503 or 504 => Unavailable,
            _ => UnknownCode,
        };
    }
}
