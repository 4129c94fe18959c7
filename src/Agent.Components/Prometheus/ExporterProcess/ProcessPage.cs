using Agent.Components.Prometheus.Exporter;
using Agent.Components.Prometheus.ExporterUnix;
using Agent.Sdk;
using Agent.Sdk.Http;
using Microsoft.Extensions.Logging;

namespace Agent.Components.Prometheus.ExporterProcess;

/// <summary>Groups of processes under one configuration, and what they have used since it applies.</summary>
internal sealed partial class ProcessPage : IMetricPage, IDisposable
{
    private readonly ILogger _logger;
    private readonly TimeProvider _time;
    private readonly ProcFiles _files;
    private readonly ProcessMatcher[] _matchers;
    private readonly bool[] _hasFailedName;
    private readonly ProcessReader _reader;
    private readonly bool _readsSmaps;
    private readonly ProcessTracker _tracker;
    private readonly ProcessFamilies _families;
    private readonly BuildFamily _build = new("process_exporter");
    private readonly FamilyWriter _output = new();
    private readonly ExporterTurn _turn = new();
    private readonly Action _collect;

    public ProcessPage(PrometheusExporterProcess.Arguments arguments, ComponentContext context)
    {
        _logger = context.Logger;
        _time = context.Time;
        _files = new ProcFiles(arguments.ProcfsPath);
        _matchers = [.. arguments.Matcher.Select(options => new ProcessMatcher(options, context.Time))];
        _hasFailedName = new bool[_matchers.Length];
        var read = new ProcessReadOptions(arguments.GatherSmaps, arguments.TrackThreads, Environment.SystemPageSize);
        var tracking = new TrackingOptions(arguments.TrackChildren, arguments.RecheckOnScrape, arguments.RemoveEmptyGroups);
        _reader = new ProcessReader(_files, new NameCache(), read);
        _readsSmaps = arguments.GatherSmaps;
        _tracker = new ProcessTracker(_files, _reader, _matchers, tracking);
        _families = new ProcessFamilies(arguments.GatherSmaps, arguments.TrackThreads);
        _collect = Collect;
    }

    /// <summary>Looks at the processes for the first time: what they use counts from here on. False where there are none to see.</summary>
    public bool TryBegin()
    {
        _reader.ReadsSmaps = false;
        bool hasBegun = _tracker.TryUpdate(_time.GetUtcNow());
        _reader.ReadsSmaps = _readsSmaps;
        return hasBegun;
    }

    public async ValueTask WriteAsync(LocalRequest request, LocalReply reply, CancellationToken stop)
    {
        if (!await _turn.TryRunAsync(_collect, () => _output.CopyTo(reply.Body), stop))
        {
            reply.Text(503, "the configuration of the exporter has changed meanwhile");
        }
    }

    public Task CloseAsync() => _turn.CloseAsync(this);

    public void Dispose()
    {
        _tracker.Dispose();
        _files.Dispose();
        _output.Dispose();
    }

    private void Collect()
    {
        _output.Clear();
        if (_tracker.TryUpdate(_time.GetUtcNow()))
        {
            for (int i = 0; i < _tracker.Groups.Count; i++)
            {
                _families.Write(_tracker.Groups.GetValueAtIndex(i), _output);
            }
        }
        else
        {
            LogUnreadable(_files.Root);
        }
        ProcessFamilies.WriteErrors(_tracker.Errors, _output);
        _build.Write(_output);
        ReportNames();
    }

    // Each matcher's first one: the template that fails for one process usually does for all.
    private void ReportNames()
    {
        for (int i = 0; i < _matchers.Length; i++)
        {
            if (!_hasFailedName[i] && _matchers[i].NameError is { } error)
            {
                _hasFailedName[i] = true;
                LogBadName(error);
            }
        }
    }

    [LoggerMessage(LogLevel.Error, "cannot read the processes in {Folder}: no process is reported")]
    private partial void LogUnreadable(string folder);

    [LoggerMessage(LogLevel.Warning, "the name of a group ends where its template failed: {Error}")]
    private partial void LogBadName(string error);
}
