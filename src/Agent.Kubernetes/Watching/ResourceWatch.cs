using System.Net;
using System.Text.Json;
using Agent.Kubernetes.Objects;

namespace Agent.Kubernetes.Watching;

/// <summary>Keeps the objects of a kind and scope: lists once, then watches, and goes on from the last version after every end of a watch.</summary>
/// <remarks>
/// Only the server's word that it no longer knows the version (410) leads to another full list, and even then what is known stays until
/// the list has been taken whole. Failures are tried again with growing pauses for ever.
/// </remarks>
public sealed class ResourceWatch<T> : IResourceWatch<T>
    where T : class, IKubernetesObject
{
    /// <summary>A watch that ends sooner than this, and brought nothing, has failed.</summary>
    private static readonly TimeSpan ShortestWatch = TimeSpan.FromSeconds(1);

    /// <summary>What ends a watch after this long is no part of a row of failures.</summary>
    private static readonly TimeSpan LongWatch = TimeSpan.FromSeconds(10);

    /// <summary>After 410 all agents of a cluster list again: they spread over this time.</summary>
    private static readonly TimeSpan RelistSpread = TimeSpan.FromSeconds(3);

    /// <summary>So many answers in a row that cannot be used make the version itself suspect.</summary>
    private const int MostFailuresAtVersion = 5;

    private readonly WatchTarget<T> _target;
    private readonly ObjectTable<T> _table;
    private readonly ObjectDecoder<T> _decoder;
    private readonly ObjectLister<T> _lister;
    private readonly WatchStream<T> _stream;
    private readonly WatchHealth _health;
    private readonly RetryPace _pace;
    private readonly CancellationTokenSource _stopping = new();
    private readonly TaskCompletionSource _firstList = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Task _run;
    private long _lists;
    private long _resumes;

    private bool _isOpen;
    private int _expiries;

    /// <summary>The last watch was opened and then refused; until an event comes, an open watch is no sign of health.</summary>
    private bool _wasRefusedInStream;

    /// <summary>Begins at once.</summary>
    public ResourceWatch(KubernetesClient client, ResourceKind<T> kind, WatchScope scope, WatchSettings settings)
    {
        _target = new WatchTarget<T>(client, kind, scope, settings);
        _table = new ObjectTable<T>(kind.Sharing);
        _decoder = new ObjectDecoder<T>(kind, settings);
        _lister = new ObjectLister<T>(_target, _decoder, _table);
        _stream = new WatchStream<T>(_target, _decoder, _table);
        _health = new WatchHealth($"watch of {kind.PathOf(scope.Namespace)}", settings);
        _pace = new RetryPace(settings.Jitter);
        _run = Task.Run(RunAsync);
    }

    public IReadOnlyDictionary<string, T> Objects => _table.Objects;

    public WatchStatus Status => new(
        _health.IsHealthy, _health.Message, Interlocked.Read(ref _lists), Interlocked.Read(ref _resumes), _lister.BytesRead + _stream.BytesRead)
    {
        Skipped = _decoder.Skipped,
    };

    public Task FirstList => _firstList.Task;

    public IDisposable Subscribe(Action<ResourceChange<T>> changed) => _table.Subscribe(changed);

    public async ValueTask DisposeAsync()
    {
        if (_stopping.IsCancellationRequested)
        {
            return;
        }
        await _stopping.CancelAsync().ConfigureAwait(false);
        await _run.ConfigureAwait(false);
        _stopping.Dispose();
    }

    private async Task RunAsync()
    {
        CancellationToken stop = _stopping.Token;
        try
        {
            while (true)
            {
                TimeSpan pause = await StepAsync(stop).ConfigureAwait(false);
                if (pause > TimeSpan.Zero)
                {
                    await Task.Delay(pause, _target.Settings.Time, stop).ConfigureAwait(false);
                }
            }
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            // Disposed of.
        }
        finally
        {
            _firstList.TrySetCanceled();
        }
    }

    /// <summary>Lists where that is needed, and watches for as long as the server lets it; gives how long to wait before the next step.</summary>
    private async Task<TimeSpan> StepAsync(CancellationToken stop)
    {
        try
        {
            bool resumes = _stream.Version.Length > 0;
            if (!resumes)
            {
                await ListAsync(stop).ConfigureAwait(false);
            }
            return await WatchAsync(resumes, stop).ConfigureAwait(false);
        }
        catch (KubernetesException gone) when (gone.Status == HttpStatusCode.Gone)
        {
            return Relist();
        }
        catch (KubernetesException refused)
        {
            return Fail(refused.Message, refused);
        }
        catch (Exception broken) when (broken is HttpRequestException or IOException or JsonException or TimeoutException
            || (broken is OperationCanceledException && !stop.IsCancellationRequested))
        {
            return Fail(broken.Message, null, isUnusable: broken is JsonException);
        }
    }

    private async Task ListAsync(CancellationToken stop)
    {
        _isOpen = false;
        (Dictionary<string, T> objects, string version) = await _lister.ListAsync(newest: _lists > 0, stop).ConfigureAwait(false);
        Interlocked.Increment(ref _lists);
        _stream.Version = version;
        _table.Replace(objects);
        Succeed("listed");
        _firstList.TrySetResult();
    }

    private async Task<TimeSpan> WatchAsync(bool resumes, CancellationToken stop)
    {
        long began = _target.Settings.Time.GetTimestamp();
        _isOpen = false;
        try
        {
            await _stream.RunAsync(() => Opened(resumes), Progressed, stop).ConfigureAwait(false);
        }
        finally
        {
            if (_target.Settings.Time.GetElapsedTime(began) >= LongWatch)
            {
                _pace.Reset();
                _expiries = 0;
            }
        }
        if (_stream.Events > 0 || _target.Settings.Time.GetElapsedTime(began) >= ShortestWatch)
        {
            Progressed();
            return TimeSpan.Zero;
        }
        return Fail($"cannot watch {_target.Kind.Plural}: the server ends the watch at once", null);
    }

    private void Opened(bool resumes)
    {
        _isOpen = true;
        if (resumes)
        {
            Interlocked.Increment(ref _resumes);
        }
        if (!_wasRefusedInStream)
        {
            Succeed("watching");
        }
    }

    private void Progressed()
    {
        _wasRefusedInStream = false;
        _expiries = 0;
        _pace.Reset();
        Succeed("watching");
    }

    private TimeSpan Relist()
    {
        _stream.Version = "";
        return _expiries++ == 0
            ? RelistSpread * _target.Settings.Jitter()
            : Fail($"cannot watch {_target.Kind.Plural}: what the server lists has expired at once", null);
    }

    private TimeSpan Fail(string message, KubernetesException? refusal, bool isUnusable = false)
    {
        _wasRefusedInStream = _isOpen && (refusal is not null || isUnusable);
        bool isFinal = refusal?.Status is HttpStatusCode.Forbidden;
        if (_health.Fail(message, isFinal))
        {
            _table.TellOfStatus();
        }
        TimeSpan pause = _pace.Next(refusal?.RetryAfter);
        if (_pace.Failures >= MostFailuresAtVersion && (isUnusable || refusal is { IsUnknownVersion: true }))
        {
            // A version that the server does not know yet (its storage was put back), or an event that cannot be read: a list helps.
            _stream.Version = "";
        }
        return pause;
    }

    private void Succeed(string message)
    {
        if (_health.Succeed(message))
        {
            _table.TellOfStatus();
        }
    }
}
