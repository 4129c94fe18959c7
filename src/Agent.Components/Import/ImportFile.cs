using System.Threading.Channels;
using Agent.Components.Common.Files;
using Agent.Sdk;
using Agent.Sdk.Declarations;
using Agent.Sdk.Decoding;
using Agent.Sdk.Modules;
using Microsoft.Extensions.Logging;

namespace Agent.Components.Import;

/// <summary>Imports custom components from a file, or from the `*.alloy` files of a folder, and keeps them current.</summary>
/// <example>import.file "modules" {
///   filename = "/etc/alloy/modules"
/// }</example>
[Component("import.file")]
public sealed partial class ImportFile : IComponent<ImportFile.Arguments>
{
    /// <summary>Whoever writes a file is done after this long; half of one is refused, and the next look takes the rest.</summary>
    private static readonly TimeSpan Settling = TimeSpan.FromMilliseconds(30);

    private readonly ComponentContext _context;
    private readonly ILogger _logger;
    private readonly Channel<bool> _changes = Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });
    private volatile Arguments? _arguments;
    private string? _failure;

    public ImportFile(ComponentContext context)
    {
        _context = context;
        _logger = context.Logger;
    }

    public sealed record Arguments : IValidated
    {
        /// <summary>Path of the file or folder; where it is not found from the working directory, it is looked for beside the importing module.</summary>
        public required string Filename { get; init; }

        /// <summary>How changes are noticed: `fsnotify` or `poll`.</summary>
        public ImportDetector Detector { get; init; } = ImportDetector.Fsnotify;

        /// <summary>How often to look at the file.</summary>
        public TimeSpan PollFrequency { get; init; } = TimeSpan.FromMinutes(1);

        public void Validate(ValidationContext context)
        {
            if (PollFrequency <= TimeSpan.Zero)
            {
                context.Error("poll_frequency", "cannot poll the file: poll_frequency must be greater than 0");
            }
        }
    }

    /// <exception cref="ComponentException">The file cannot be read.</exception>
    public ValueTask ApplyAsync(Arguments arguments, CancellationToken stop)
    {
        _context.Export(Read(arguments));
        _arguments = arguments;
        _changes.Writer.TryWrite(true);
        return ValueTask.CompletedTask;
    }

    public async Task RunAsync(CancellationToken stop)
    {
        Arguments arguments = _arguments!;
        await using ITimer timer = _context.Time.CreateTimer(_ => _changes.Writer.TryWrite(true), null, arguments.PollFrequency, arguments.PollFrequency);
        using FolderWatcher? watcher = arguments.Detector == ImportDetector.Fsnotify ? StartWatcher(arguments) : null;
        string? watched = null;
        try
        {
            await foreach (bool _ in _changes.Reader.ReadAllAsync(stop))
            {
                if (!ReferenceEquals(arguments, _arguments))
                {
                    arguments = _arguments!;
                    timer.Change(arguments.PollFrequency, arguments.PollFrequency);
                }
                watched = Watch(watcher, watched, arguments);
                await Task.Delay(Settling, _context.Time, stop);
                Refresh(arguments);
            }
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            // The ordinary end.
        }
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    private FolderWatcher? StartWatcher(Arguments arguments)
    {
        FolderWatcher? watcher = FolderWatcher.TryStart(FolderEvents.Contents | FolderEvents.Attributes, OnEvent, out string error);
        if (watcher is null)
        {
            LogPolling(arguments.Filename, error);
        }
        return watcher;
    }

    // The folder, not the file: files are replaced more often than written to, and mounted ConfigMaps are links that change beside them.
    private string? Watch(FolderWatcher? watcher, string? watched, Arguments arguments)
    {
        if (watcher is null)
        {
            return null;
        }
        string path = Path.GetFullPath(ModuleFiles.Resolve(arguments.Filename, _context.ModulePath));
        string? wanted = Directory.Exists(path) ? path : Path.GetDirectoryName(path);
        if (watched == wanted && (wanted is null || watcher.IsWatched(wanted)))
        {
            return watched;
        }
        if (watched is not null)
        {
            watcher.Release(watched);
        }
        return wanted is not null && watcher.TryWatch(wanted, out _) ? wanted : null;
    }

    private void OnEvent(string folder, ReadOnlySpan<char> name, FolderEvents events) => _changes.Writer.TryWrite(true);

    private void Refresh(Arguments arguments)
    {
        try
        {
            _context.Export(Read(arguments));
            _failure = null;
            _context.ReportHealth(HealthState.Healthy, "read file");
        }
        catch (ComponentException exception)
        {
            if (_failure != exception.Message)
            {
                LogFailed(exception.Message);
            }
            _failure = exception.Message;
            _context.ReportHealth(HealthState.Unhealthy, exception.Message);
        }
    }

    private ModuleContent Read(Arguments arguments) => ModuleFiles.Read(ModuleFiles.Resolve(arguments.Filename, _context.ModulePath));

    [LoggerMessage(LogLevel.Error, "{Cause}; the module stays as it is")]
    private partial void LogFailed(string cause);

    [LoggerMessage(LogLevel.Warning, "the system does not report changes of {Path}, polling it: {Cause}")]
    private partial void LogPolling(string path, string cause);
}
