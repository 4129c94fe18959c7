using System.Text;
using System.Threading.Channels;
using Agent.Components.Common.Files;
using Agent.Sdk;
using Agent.Sdk.Declarations;
using Agent.Sdk.Decoding;
using Agent.Sdk.Metrics;
using Microsoft.Extensions.Logging;

namespace Agent.Components.Local;

/// <summary>Exposes the content of a file and keeps it current.</summary>
/// <example>local.file "password" {
///   filename  = "/var/secrets/password.txt"
///   is_secret = true
/// }</example>
[Component("local.file")]
public sealed partial class LocalFile : IComponent<LocalFile.Arguments>
{
    // Content goes into strings of the configuration; a log file named by mistake must not fill the memory.
    private const long LargestFile = 16 * 1024 * 1024;

    private readonly ComponentContext _context;
    private readonly ILogger _logger;
    private readonly Gauge _lastAccessed;
    private readonly Channel<bool> _changes = Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });
    private volatile Arguments? _arguments;
    private FileStat _seen;
    private Arguments? _seenAs;
    private bool _isMissing;

    public LocalFile(ComponentContext context)
    {
        _context = context;
        _logger = context.Logger;
        _lastAccessed = context.Metrics.Gauge("local_file_timestamp_last_accessed_unix_seconds", "The last successful access in unix seconds");
    }

    public sealed record Arguments : IValidated
    {
        /// <summary>Path of the file.</summary>
        public required string Filename { get; init; }

        /// <summary>How changes are noticed: `fsnotify` or `poll`.</summary>
        public FileChangeDetector Detector { get; init; } = FileChangeDetector.Fsnotify;

        /// <summary>How often to look at the file.</summary>
        public TimeSpan PollFrequency { get; init; } = TimeSpan.FromMinutes(1);

        /// <summary>Marks the content as a secret.</summary>
        public bool IsSecret { get; init; }

        public void Validate(ValidationContext context)
        {
            if (PollFrequency <= TimeSpan.Zero)
            {
                context.Error("poll_frequency", "cannot poll the file: poll_frequency must be greater than 0");
            }
        }
    }

    /// <param name="Content">What the file held when it was last read; a secret where `is_secret` says so.</param>
    public sealed record Exports(OptionalSecret Content);

    /// <exception cref="ComponentException">The file cannot be read.</exception>
    public ValueTask ApplyAsync(Arguments arguments, CancellationToken stop)
    {
        Read(arguments);
        _arguments = arguments;
        _changes.Writer.TryWrite(true);
        return ValueTask.CompletedTask;
    }

    public async Task RunAsync(CancellationToken stop)
    {
        Arguments arguments = _arguments!;
        _changes.Writer.TryWrite(true);
        await using ITimer timer = _context.Time.CreateTimer(_ => _changes.Writer.TryWrite(true), null, arguments.PollFrequency, arguments.PollFrequency);
        using FolderWatcher? watcher = FolderWatcher.TryStart(FolderEvents.Contents | FolderEvents.Attributes, OnEvent, out string error);
        if (watcher is null)
        {
            LogPolling(arguments.Filename, error);
        }
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
                Refresh(arguments);
            }
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            // The ordinary end.
        }
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    // The folder, not the file: files are replaced more often than written to, and mounted secrets are links that change beside it.
    private static string? Watch(FolderWatcher? watcher, string? watched, Arguments arguments)
    {
        string? wanted = arguments.Detector == FileChangeDetector.Fsnotify ? Path.GetDirectoryName(Path.GetFullPath(arguments.Filename)) : null;
        if (watcher is null || (watched == wanted && (wanted is null || watcher.IsWatched(wanted))))
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
            bool isSame = !_isMissing && ReferenceEquals(arguments, _seenAs) && arguments.Detector == FileChangeDetector.Fsnotify
                && FileStat.TryGet(arguments.Filename, out FileStat stat, out _) && stat == _seen;
            if (!isSame)
            {
                Read(arguments);
                _isMissing = false;
                _context.ReportHealth(HealthState.Healthy, "read file");
            }
        }
        catch (ComponentException exception)
        {
            if (!_isMissing)
            {
                LogFailed(exception.Message);
            }
            _isMissing = true;
            _context.ReportHealth(HealthState.Unhealthy, exception.Message);
        }
    }

    private void Read(Arguments arguments)
    {
        string path = arguments.Filename;
        if (!FileStat.TryGet(path, out FileStat stat, out string error))
        {
            throw new ComponentException($"cannot read {path}: {error}");
        }
        if (stat.Kind != FileKind.Regular || stat.Size > LargestFile)
        {
            throw new ComponentException(
                $"cannot read {path}: " + (stat.Kind != FileKind.Regular ? "it is no regular file" : $"it is larger than {LargestFile} bytes"));
        }
        try
        {
            string content = Encoding.UTF8.GetString(File.ReadAllBytes(path));
            (_seen, _seenAs) = (stat, arguments);
            _lastAccessed.Set(_context.Time.GetUtcNow().ToUnixTimeMilliseconds() / 1000.0);
            _context.Export(new Exports(new OptionalSecret(content, arguments.IsSecret)));
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new ComponentException($"cannot read {path}: {exception.Message}", exception);
        }
    }

    [LoggerMessage(LogLevel.Error, "{Cause}")]
    private partial void LogFailed(string cause);

    [LoggerMessage(LogLevel.Warning, "the system does not report changes of {Path}, polling it: {Cause}")]
    private partial void LogPolling(string path, string cause);
}
