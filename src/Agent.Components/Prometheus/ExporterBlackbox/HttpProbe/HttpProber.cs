using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Agent.Components.Prometheus.ExporterBlackbox.Modules;
using Agent.Components.Prometheus.ExporterBlackbox.Probing;
using Agent.Components.Prometheus.ExporterUnix;

namespace Agent.Components.Prometheus.ExporterBlackbox.HttpProbe;

/// <summary>Asks the target over HTTP and looks at the answer.</summary>
internal sealed class HttpProber(HttpProbeOptions options) : IProber
{
    private static readonly Family Duration = Family.Gauge(
        "probe_http_duration_seconds", "Duration of http request by phase, summed over all redirects", "phase");

    private static readonly Family ContentLength = Family.Gauge("probe_http_content_length", "Length of http content response");

    private static readonly Family BodyLength = Family.Gauge(
        "probe_http_uncompressed_body_length", "Length of uncompressed response body");

    private static readonly Family RedirectCount = Family.Gauge("probe_http_redirects", "The number of redirects");
    private static readonly Family IsSsl = Family.Gauge("probe_http_ssl", "Indicates if SSL was used for the final redirect");
    private static readonly Family StatusCode = Family.Gauge("probe_http_status_code", "Response HTTP status code");
    private static readonly Family Version = Family.Gauge("probe_http_version", "Returns the version of HTTP of the probe response");

    private static readonly Family LastModified = Family.Gauge(
        "probe_http_last_modified_timestamp_seconds", "Returns the Last-Modified HTTP response header in unixtime");

    public async Task<bool> ProbeAsync(ProbeRun run, CancellationToken stop)
    {
        foreach (Family family in (ReadOnlySpan<Family>)
            [ContentLength, BodyLength, RedirectCount, IsSsl, StatusCode, Version, ProbeFamilies.FailedDueToRegex])
        {
            run.Series.Declare(family);
        }
        Uri url = UrlOf(run.Target);
        IPAddress? address = null;
        bool hasProxy = options.Client.Http.Proxy.ProxyUrl.Length > 0 || options.Client.Http.Proxy.ProxyFromEnvironment;
        if (!options.SkipResolveWithProxy || !hasProxy)
        {
            run.Series.Declare(Duration, "resolve");
            (address, double seconds) = await AddressChoice.ResolveAsync(run, url.IdnHost.Trim('[', ']'), options.Address, stop);
            run.Series.Add(Duration, seconds, "resolve");
        }
        foreach (string phase in (ReadOnlySpan<string>)["connect", "tls", "processing", "transfer"])
        {
            run.Series.Declare(Duration, phase);
        }
        using var exchange = new HttpExchange(run, options, url, address);
        HttpResponseMessage? response = null;
        try
        {
            response = await exchange.SendAsync(stop);
            return await JudgeAsync(run, exchange, response, stop);
        }
        catch (Exception exception) when (exception is HttpRequestException or IOException or SocketException or OperationCanceledException
            or FormatException or NotSupportedException or ArgumentException)
        {
            run.Log.Error("Error for HTTP request", ("err", exception.InnerException is { } inner ? inner.Message : exception.Message));
            return false;
        }
        finally
        {
            Report(run, exchange, response);
        }
    }

    private static Uri UrlOf(string target)
    {
        bool isUrl = target.StartsWith("http://", StringComparison.OrdinalIgnoreCase)
            || target.StartsWith("https://", StringComparison.OrdinalIgnoreCase);
        return Uri.TryCreate(isUrl ? target : "http://" + target, UriKind.Absolute, out Uri? url)
            ? url
            : throw new ProbeException($"Could not parse target URL: {target}");
    }

    private async Task<bool> JudgeAsync(ProbeRun run, HttpExchange exchange, HttpResponseMessage response, CancellationToken stop)
    {
        var check = new HttpAnswerCheck(options, run);
        bool success = check.HasValidStatus((int)response.StatusCode) && check.HasValidHeaders(response);
        (success, long length) = await check.ReadBodyAsync(exchange.EndsWithRedirect ? null : response, success, stop);
        exchange.Trips[^1].End = exchange.EndsWithRedirect ? 0 : run.Now;
        run.Series.Set(BodyLength, length);
        if (response.Content.Headers.LastModified is { } modified)
        {
            run.Series.Set(LastModified, modified.ToUnixTimeSeconds());
        }
        string version = $"{response.Version.Major}.{response.Version.Minor}";
        run.Series.Set(Version, double.Parse(version, CultureInfo.InvariantCulture));
        if (options.ValidHttpVersions.Count > 0 && !options.ValidHttpVersions.Contains($"HTTP/{version}"))
        {
            run.Log.Error("Invalid HTTP version number", ("version", $"HTTP/{version}"));
            success = false;
        }
        bool isSsl = exchange.Trips[^1].IsTls;
        if (isSsl && options.FailIfSsl)
        {
            run.Log.Error("Final request was over SSL");
            return false;
        }
        if (!isSsl && options.FailIfNotSsl && success)
        {
            run.Log.Error("Final request was not over SSL");
            return false;
        }
        return success;
    }

    private static void Report(ProbeRun run, HttpExchange exchange, HttpResponseMessage? response)
    {
        for (int i = 0; i < exchange.Trips.Count; i++)
        {
            ReportPhases(run, exchange.Trips[i], isFirst: i == 0);
        }
        run.Series.Set(RedirectCount, exchange.Redirects);
        run.Series.Set(StatusCode, response is null ? 0 : (int)response.StatusCode);
        run.Series.Set(ContentLength, response is null ? 0 : LengthOf(response));
        if (response is not null && exchange.Trips[^1].Session is { } session)
        {
            run.Series.Set(IsSsl, 1);
            TlsReport.Write(run.Series, session);
            TlsReport.WriteCipher(run.Series, session);
        }
    }

    private static void ReportPhases(ProbeRun run, ProbeTransport trip, bool isFirst)
    {
        // How long the lookup of the first one took is known from choosing its address.
        if (!isFirst && trip.LookedUp != 0)
        {
            run.Series.Add(Duration, run.SecondsBetween(trip.Start, trip.LookedUp), "resolve");
        }
        if (trip.Ready == 0 || (trip.IsTls && trip.HandshakeEnd == 0))
        {
            return;
        }
        run.Series.Add(Duration, run.SecondsBetween(trip.LookedUp, trip.Connected), "connect");
        if (trip.IsTls)
        {
            run.Series.Add(Duration, run.SecondsBetween(trip.HandshakeStart, trip.HandshakeEnd), "tls");
        }
        if (trip.ResponseStart == 0)
        {
            return;
        }
        run.Series.Add(Duration, run.SecondsBetween(trip.Ready, trip.ResponseStart), "processing");
        if (trip.End != 0)
        {
            run.Series.Add(Duration, run.SecondsBetween(trip.ResponseStart, trip.End), "transfer");
        }
    }

    /// <summary>As Go counts it: -1 where the length is not known beforehand.</summary>
    private static long LengthOf(HttpResponseMessage response)
    {
        bool hasNone = response.StatusCode is HttpStatusCode.NoContent or HttpStatusCode.NotModified;
        return response.Content.Headers.ContentLength ?? (hasNone ? 0 : -1);
    }
}
