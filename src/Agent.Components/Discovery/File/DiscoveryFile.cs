using System.Text.RegularExpressions;
using Agent.Components.Common.Files;
using Agent.Sdk;
using Agent.Sdk.Declarations;
using Agent.Sdk.Decoding;
using Agent.Syntax.Values;
using Agent.Telemetry;
using Microsoft.Extensions.Logging;

namespace Agent.Components.Discovery.File;

/// <summary>Reads targets from JSON and YAML files, and reads them again when they change.</summary>
/// <example>discovery.file "example" {
///   files = ["/etc/targets/*.json", "/etc/targets/*.yaml"]
/// }</example>
[Component("discovery.file")]
public sealed partial class DiscoveryFile : IComponent<DiscoveryFile.Arguments>, IDebuggable
{
    private readonly ComponentContext _context;
    private readonly ILogger _logger;
    private readonly FileMetrics _metrics;
    private readonly FoundTargets _found;
    private readonly RefreshLoop _loop;
    private readonly WatchedFolders _folders;

    public DiscoveryFile(ComponentContext context)
    {
        _context = context;
        _logger = context.Logger;
        _metrics = new FileMetrics(context.Metrics);
        _found = new FoundTargets(context, static targets => new Exports(targets));
        _loop = new RefreshLoop(context, "file", _found);
        _folders = new WatchedFolders(_metrics);
    }

    public sealed partial record Arguments : IValidated
    {
        /// <summary>Files to read, by their paths; the last part of a path may be a pattern such as `targets_*.json`.</summary>
        public required ValueList<string> Files { get; init; }

        /// <summary>Time after which files are read again where nothing told of a change.</summary>
        public TimeSpan RefreshInterval { get; init; } = TimeSpan.FromMinutes(5);

        public void Validate(ValidationContext context)
        {
            foreach (string path in Files)
            {
                string error = "it has to end in .json, .yml or .yaml, and only its last part may be a pattern";
                if (!AllowedPath().IsMatch(path) || !Glob.TryParse(path, out _, out error))
                {
                    context.Error("files", $"cannot read targets from \"{path}\": {error}");
                }
            }
            RefreshInterval.RequirePositive(context, "refresh_interval");
        }

        [GeneratedRegex(@"^[^*]*(\*[^/]*)?\.(json|yml|yaml)$", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
        private static partial Regex AllowedPath();
    }

    /// <param name="Targets">The targets of all files; `__meta_filepath` is the file that a target stands in.</param>
    public sealed record Exports(ValueList<Target> Targets);

    public ValueTask ApplyAsync(Arguments arguments, CancellationToken stop)
    {
        var search = new FileSearch(arguments.Files, _folders, _metrics, _context);
        _loop.Apply(search, arguments.RefreshInterval, Timeout.InfiniteTimeSpan);
        return ValueTask.CompletedTask;
    }

    public async Task RunAsync(CancellationToken stop)
    {
        using FolderWatcher? watcher = FolderWatcher.TryStart(FolderEvents.Contents, OnEvent, out string error);
        if (watcher is null)
        {
            _metrics.WatcherErrors.Increment();
            LogNoEvents(error);
        }
        _folders.Use(watcher);
        await _loop.RunAsync(stop);
    }

    public Value DebugState() => _found.DebugState();

    public ValueTask DisposeAsync()
    {
        _loop.Dispose();
        return ValueTask.CompletedTask;
    }

    // Whatever is written to in a busy folder is no reason to read; names are, of any kind: links may lead to files of ours.
    private void OnEvent(string folder, ReadOnlySpan<char> name, FolderEvents events)
    {
        if (events != FolderEvents.Modified || FileSearch.IsTargetFile(name))
        {
            _loop.Ask();
        }
    }

    [LoggerMessage(LogLevel.Warning, "the system does not report changes of files, reading them every refresh_interval only: {Cause}")]
    private partial void LogNoEvents(string cause);
}
