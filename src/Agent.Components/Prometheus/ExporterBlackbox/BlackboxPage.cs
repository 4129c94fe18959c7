using System.Net.Sockets;
using System.Security.Authentication;
using System.Text;
using Agent.Components.Prometheus.Exporter;
using Agent.Components.Prometheus.ExporterBlackbox.DnsProbe;
using Agent.Components.Prometheus.ExporterBlackbox.GrpcProbe;
using Agent.Components.Prometheus.ExporterBlackbox.HttpProbe;
using Agent.Components.Prometheus.ExporterBlackbox.IcmpProbe;
using Agent.Components.Prometheus.ExporterBlackbox.Modules;
using Agent.Components.Prometheus.ExporterBlackbox.Probing;
using Agent.Components.Prometheus.ExporterBlackbox.StreamProbe;
using Agent.Components.Prometheus.ExporterUnix;
using Agent.Sdk.Http;
using Agent.Wire;
using Microsoft.Extensions.Logging;

namespace Agent.Components.Prometheus.ExporterBlackbox;

/// <summary>Probes one target for each request: <c>?target=</c> what, <c>module=</c> how, <c>debug=true</c> shows the log of the probe.</summary>
internal sealed partial class BlackboxPage(ModuleSet modules, TimeSpan offset, ProbeServices services, ILogger logger) : IMetricPage
{
    /// <summary>What upstream waits where neither module nor scraper say anything.</summary>
    private static readonly TimeSpan LongestProbe = TimeSpan.FromSeconds(120);

    private static readonly TimeSpan LongestTimer = TimeSpan.FromDays(1);

    private readonly ILogger _logger = logger;

    public async ValueTask WriteAsync(LocalRequest request, LocalReply reply, CancellationToken stop)
    {
        string name = request.Query("module") is { Length: > 0 } asked ? asked : ModuleSet.DefaultModule;
        if (modules.Find(name) is not { } module)
        {
            reply.Text(400, $"Unknown module {ProbeLog.Quote(name)}");
            return;
        }
        if (request.Query("target") is not { Length: > 0 } target)
        {
            reply.Text(400, "Target parameter is missing");
            return;
        }
        if (ProberOf(module, request.Query("hostname") ?? "", out string refusal) is not { } prober)
        {
            reply.Text(400, refusal);
            return;
        }
        TimeSpan timeout = TimeoutOf(module.Timeout, request.ScrapeTimeout, offset);
        var run = new ProbeRun(module, target, services);
        await ProbeAsync(prober, run, timeout, stop);
        using var output = new FamilyWriter();
        run.Series.CopyTo(output);
        if (request.Query("debug") == "true")
        {
            WriteDebug(run, output, reply);
            return;
        }
        output.CopyTo(reply.Body);
    }

    /// <summary>The module's time, unless the scraper's, which is cut by the offset, is shorter.</summary>
    internal static TimeSpan TimeoutOf(TimeSpan module, TimeSpan? scrape, TimeSpan offset)
    {
        TimeSpan most = (scrape is { } given && given > TimeSpan.Zero ? given : LongestProbe) - offset;
        TimeSpan timeout = (module < most && module > TimeSpan.Zero) || most < TimeSpan.Zero ? module : most;
        return timeout < TimeSpan.Zero ? TimeSpan.Zero : timeout > LongestTimer ? LongestTimer : timeout;
    }

    private async Task ProbeAsync(IProber prober, ProbeRun run, TimeSpan timeout, CancellationToken stop)
    {
        using var limit = new CancellationTokenSource(timeout, services.Time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(stop, limit.Token);
        run.Log.Debug("Beginning probe", ("probe", run.Module.Kind), ("timeout_seconds", timeout.TotalSeconds));
        long start = run.Now;
        bool success = false;
        try
        {
            success = await prober.ProbeAsync(run, either.Token);
        }
        catch (OperationCanceledException) when (!stop.IsCancellationRequested)
        {
            run.Log.Error("The probe was given up", ("err", "context deadline exceeded"));
        }
        catch (Exception exception) when (exception is ProbeException or SocketException or IOException or AuthenticationException
            or InvalidDataException or HttpRequestException or ArgumentException or FormatException or NotSupportedException)
        {
            run.Log.Error("The probe failed", ("err", exception.Message));
        }
        double seconds = run.SecondsSince(start);
        run.Series.Set(ProbeFamilies.Success, success ? 1 : 0);
        run.Series.Set(ProbeFamilies.Duration, seconds);
        run.Series.Set(ProbeFamilies.Timeout, timeout.TotalSeconds);
        run.Log.Debug(success ? "Probe succeeded" : "Probe failed", ("duration_seconds", seconds));
        if (!success)
        {
            LogFailed(run.Target, run.Module.Name, run.Log.LastError);
        }
    }

    private static IProber? ProberOf(ProbeModule module, string hostname, out string refusal)
    {
        refusal = "";
        switch (module.Kind)
        {
            case ProbeKind.Http:
                HttpProbeOptions? http = WithHost(module.Http, hostname, out refusal);
                return http is null ? null : new HttpProber(http);
            case ProbeKind.Tcp:
                return new TcpProber { ServerName = hostname };
            case ProbeKind.Unix:
                return new UnixProber();
            case ProbeKind.Dns:
                return new DnsProber();
            case ProbeKind.Icmp:
                return new IcmpProber();
            default:
                return new GrpcProber();
        }
    }

    private static HttpProbeOptions? WithHost(HttpProbeOptions options, string hostname, out string refusal)
    {
        refusal = "";
        if (hostname.Length == 0)
        {
            return options;
        }
        string? host = options.Headers.LastOrDefault(static header => header.Key.Equals("Host", StringComparison.OrdinalIgnoreCase)).Value;
        if (host is not null && host != hostname)
        {
            refusal = $"host header defined both in module configuration ({host}) and with URL-parameter 'hostname' ({hostname})";
            return null;
        }
        return options with { Headers = [.. options.Headers, new("Host", hostname)] };
    }

    private static void WriteDebug(ProbeRun run, FamilyWriter output, LocalReply reply)
    {
        using var text = new GrowableBuffer();
        output.CopyTo(text);
        reply.ContentType = LocalReply.PlainText;
        Encoding.UTF8.GetBytes(
            $"Logs for the probe:\n{run.Log}\n\n\nMetrics that would have been returned:\n{Encoding.UTF8.GetString(text.Written)}", reply.Body);
    }

    [LoggerMessage(LogLevel.Debug, "the probe of {Target} with module {Module} failed: {Cause}")]
    private partial void LogFailed(string target, string module, string cause);
}
