using Agent.Components.Prometheus.Exporter;
using Agent.Sdk;
using Agent.Sdk.Http;
using Microsoft.Extensions.Logging;

namespace Agent.Components.Prometheus.ExporterUnix;

/// <summary>The host's metrics under one configuration. What a scrape needs is kept for the next one.</summary>
internal sealed partial class UnixPage : IMetricPage, IDisposable
{
    private readonly ILogger _logger;
    private readonly CollectorSet _collectors;
    private readonly ExporterFamilies _own;
    private readonly FamilyWriter _output = new();
    private readonly ExporterTurn _turn = new();
    private readonly Action _collect;

    public UnixPage(UnixExporterOptions options, ComponentContext context)
    {
        _logger = context.Logger;
        _collectors = CollectorCatalog.Create(new CollectorSettings { Options = options }, context.Time);
        _own = new ExporterFamilies(options.IncludeExporterMetrics);
        _collect = Collect;
        if (_logger.IsEnabled(LogLevel.Information))
        {
            LogEnabled(string.Join(", ", CollectorCatalog.Enabled(options)));
        }
    }

    public async ValueTask WriteAsync(LocalRequest request, LocalReply reply, CancellationToken stop)
    {
        _own.Begin();
        try
        {
            if (!await _turn.TryRunAsync(_collect, () => _output.CopyTo(reply.Body), stop))
            {
                reply.Text(503, "the configuration of the exporter has changed meanwhile");
            }
        }
        finally
        {
            _own.End(reply.Status);
        }
    }

    public Task CloseAsync() => _turn.CloseAsync(this);

    public void Dispose()
    {
        _collectors.Dispose();
        _output.Dispose();
    }

    private void Collect()
    {
        _output.Clear();
        foreach (CollectorFailure failure in _collectors.Scrape(_output))
        {
            if (failure.Expected)
            {
                LogNoData(failure.Collector, failure.Error);
            }
            else
            {
                LogFailed(failure.Collector, failure.Error);
            }
        }
        _own.Write(_output);
    }

    [LoggerMessage(LogLevel.Information, "enabled collectors: {Collectors}")]
    private partial void LogEnabled(string collectors);

    [LoggerMessage(LogLevel.Error, "collector failed name={Name}: {Err}")]
    private partial void LogFailed(string name, string err);

    [LoggerMessage(LogLevel.Debug, "collector returned no data name={Name}: {Err}")]
    private partial void LogNoData(string name, string err);
}
