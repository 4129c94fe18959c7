using System.Net;
using System.Net.Sockets;
using Agent.Sdk;
using Agent.Telemetry;
using Microsoft.Extensions.Logging;

namespace Agent.Components.Loki.SourceSyslog;

/// <summary>One listener: keeps its socket open, and tries again where that cannot be done.</summary>
internal sealed partial class SyslogListener(ListenerOptions options, ListenerServices services)
{
    private static readonly TimeSpan FirstPause = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(30);

    /// <summary>Whoever can send to us must not be able to fill our own log.</summary>
    private static readonly TimeSpan ReportPause = TimeSpan.FromSeconds(10);

    private readonly Lock _gate = new();
    private volatile IPEndPoint? _boundTo;
    private volatile string _problem = "";
    private long _reported;
    private long _unreported;
    private bool _hasReported;

    public ListenerOptions Options { get; } = options;

    public ListenerServices Services { get; } = services;

    public LabelSet FixedLabels { get; } = LabelSet.From(options.Labels);

    public EntryLabels Labels { get; } = new(options, LabelSet.From(options.Labels));

    /// <summary>Where it listens, or null while it does not.</summary>
    public IPEndPoint? BoundTo => _boundTo;

    /// <summary>Why it does not listen; empty while it does or has not tried.</summary>
    public string Problem => _problem;

    public string ProtocolName => Options.Protocol.ToString().ToLowerInvariant();

    /// <summary>Ends when it is stopped; throws only where a consumer did.</summary>
    public async Task RunAsync(CancellationToken stop)
    {
        TimeSpan pause = FirstPause;
        while (!stop.IsCancellationRequested)
        {
            try
            {
                await (Options.IsUdp ? new UdpReceiver(this).RunAsync(stop) : new TcpServer(this).RunAsync(stop)).ConfigureAwait(false);
            }
            catch (OperationCanceledException) when (stop.IsCancellationRequested)
            {
                return;
            }
            catch (Exception failed) when (failed is SocketException or ComponentException)
            {
                pause = _boundTo is null ? pause : FirstPause;
                SetState(null, $"cannot listen on {Options.Address} ({ProtocolName}): {failed.Message}");
                LogRetry(Services.Logger, _problem, pause.TotalSeconds);
            }
            finally
            {
                _boundTo = null;
            }
            await Task.Delay(pause, Services.Time, stop).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            pause = pause * 2 < LongestPause ? pause * 2 : LongestPause;
        }
    }

    public void Bound(IPEndPoint endpoint)
    {
        SetState(endpoint, "");
        LogListening(Services.Logger, endpoint.ToString(), ProtocolName, Options.TlsConfig is not null && !Options.IsUdp);
    }

    /// <summary>Counts something that was received and cannot be used.</summary>
    public void ReportBad(SyslogPeer peer, string cause)
    {
        if (CountBad(out long count))
        {
            LogBad(Services.Logger, peer.Address, Options.Address, cause, count);
        }
    }

    public void ReportBad(SyslogPeer peer, SyslogError error)
    {
        if (CountBad(out long count))
        {
            LogBad(Services.Logger, peer.Address, Options.Address, error.ToString(), count);
        }
    }

    /// <summary>True where it is time to say so.</summary>
    private bool CountBad(out long count)
    {
        Services.Metrics.ParsingErrors.Increment();
        lock (_gate)
        {
            count = ++_unreported;
            if (_hasReported && Services.Time.GetElapsedTime(_reported) < ReportPause)
            {
                return false;
            }
            (_hasReported, _reported, _unreported) = (true, Services.Time.GetTimestamp(), 0);
            return true;
        }
    }

    private void SetState(IPEndPoint? endpoint, string problem)
    {
        (_boundTo, _problem) = (endpoint, problem);
        Services.OnStateChanged();
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "syslog listening on {Address}, protocol {Protocol}, TLS {Tls}")]
    private static partial void LogListening(ILogger logger, string address, string protocol, bool tls);

    [LoggerMessage(Level = LogLevel.Error, Message = "{Problem}; trying again in {Seconds} s")]
    private static partial void LogRetry(ILogger logger, string problem, double seconds);

    [LoggerMessage(Level = LogLevel.Warning, Message = "cannot read syslog from {Peer} on {Address}: {Cause}; {Count} such errors since the last report")]
    private static partial void LogBad(ILogger logger, string peer, string address, string cause, long count);
}
