using System.Threading.Channels;
using Agent.Components.Common.Files;
using Agent.Sdk;
using Agent.Sdk.Declarations;
using Agent.Sdk.Decoding;
using Agent.Telemetry;
using Microsoft.Extensions.Logging;

namespace Agent.Components.Local;

/// <summary>Finds files by patterns and hands them on as targets.</summary>
/// <example>local.file_match "logs" {
///   path_targets = [{__path__ = "/var/log/**/*.log", __path_exclude__ = "/var/log/private/*"}]
/// }</example>
[Component("local.file_match")]
public sealed partial class LocalFileMatch(ComponentContext context) : IComponent<LocalFileMatch.Arguments>
{
    // A thousand new files at once must not mean a thousand walks.
    private static readonly TimeSpan ShortestSync = TimeSpan.FromMilliseconds(250);

    private readonly ILogger _logger = context.Logger;
    private readonly Channel<bool> _signal = Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });
    private readonly HashSet<string> _watched = new(StringComparer.Ordinal);
    private volatile Arguments? _arguments;
    private volatile bool _namesChanged;
    private long _synced;

    public sealed record Arguments : IValidated
    {
        /// <summary>Targets whose `__path__` and `__path_exclude__` are patterns.</summary>
        public required ValueList<Target> PathTargets { get; init; }

        /// <summary>Time between two looks for files; new ones are usually found at once.</summary>
        public TimeSpan SyncPeriod { get; init; } = TimeSpan.FromSeconds(10);

        /// <summary>Leaves out files that were not written to for so long; 0 leaves out none.</summary>
        public TimeSpan IgnoreOlderThan { get; init; }

        public void Validate(ValidationContext context)
        {
            if (SyncPeriod <= TimeSpan.Zero)
            {
                context.Error("sync_period", "cannot look for files: sync_period must be greater than 0");
            }
        }
    }

    /// <param name="Targets">One target for each file found, with its path in `__path__`.</param>
    public sealed record Exports(ValueList<Target> Targets);

    public ValueTask ApplyAsync(Arguments arguments, CancellationToken stop)
    {
        foreach (string problem in Find(arguments, new HashSet<string>()).Problems)
        {
            LogPattern(problem);
        }
        _arguments = arguments;
        _signal.Writer.TryWrite(true);
        return ValueTask.CompletedTask;
    }

    public async Task RunAsync(CancellationToken stop)
    {
        Arguments arguments = _arguments!;
        Arguments? synced = null;
        _watched.Clear();
        _signal.Writer.TryWrite(true);
        await using ITimer timer = context.Time.CreateTimer(
            _ => _signal.Writer.TryWrite(true), null, TickOf(arguments), TickOf(arguments));
        using FolderWatcher? watcher = FolderWatcher.TryStart(FolderEvents.Names, OnEvent, out string error);
        if (watcher is null)
        {
            LogNoEvents(arguments.SyncPeriod, error);
        }
        try
        {
            await foreach (bool _ in _signal.Reader.ReadAllAsync(stop))
            {
                bool isNew = !ReferenceEquals(synced, _arguments);
                if (isNew)
                {
                    arguments = synced = _arguments!;
                    timer.Change(TickOf(arguments), TickOf(arguments));
                }
                TimeSpan passed = context.Time.GetElapsedTime(_synced);
                if (isNew || passed >= arguments.SyncPeriod || (_namesChanged && passed >= ShortestSync))
                {
                    Sync(arguments, watcher);
                }
            }
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            // The ordinary end.
        }
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    // A change that comes too soon after the last walk waits for the next tick.
    private static TimeSpan TickOf(Arguments arguments) =>
        arguments.SyncPeriod < TimeSpan.FromSeconds(1) ? arguments.SyncPeriod : TimeSpan.FromSeconds(1);

    private void OnEvent(string folder, ReadOnlySpan<char> name, FolderEvents events)
    {
        _namesChanged = true;
        _signal.Writer.TryWrite(true);
    }

    private void Sync(Arguments arguments, FolderWatcher? watcher)
    {
        _namesChanged = false;
        _synced = context.Time.GetTimestamp();
        var folders = new HashSet<string>(StringComparer.Ordinal);
        Find(arguments, folders);
        if (watcher is null)
        {
            return;
        }
        foreach (string gone in _watched.Where(folder => !folders.Contains(folder)).ToList())
        {
            watcher.Release(gone);
            _watched.Remove(gone);
        }
        bool hasNew = false;
        foreach (string folder in folders)
        {
            if (!watcher.IsWatched(folder) && watcher.TryWatch(folder, out _))
            {
                _watched.Add(folder);
                hasNew = true;
            }
        }
        // Something may have come into a new folder between the walk and the watch: the next tick looks again.
        _namesChanged |= hasNew;
    }

    private TargetFiles Find(Arguments arguments, HashSet<string> folders)
    {
        var files = new TargetFiles(arguments.PathTargets, arguments.IgnoreOlderThan, context.Time);
        List<(Target Target, string Path)> found = files.Find(folders);
        var targets = new Target[found.Count];
        for (int i = 0; i < targets.Length; i++)
        {
            targets[i] = new Target(found[i].Target.Labels.With("__path__", found[i].Path));
        }
        context.Export(new Exports(new ValueList<Target>(targets)));
        return files;
    }

    [LoggerMessage(LogLevel.Error, "{Problem}")]
    private partial void LogPattern(string problem);

    [LoggerMessage(LogLevel.Warning, "the system does not report new files, looking for them every {Period}: {Cause}")]
    private partial void LogNoEvents(TimeSpan period, string cause);
}
