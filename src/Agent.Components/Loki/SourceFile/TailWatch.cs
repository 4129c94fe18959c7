namespace Agent.Components.Loki.SourceFile;

/// <summary>The names under which a tail is woken: its path, and where that leads over links.</summary>
internal sealed class TailWatch(FileTail tail, TailWakeups wakeups)
{
    private string? _target;

    /// <summary>False where changes are not reported.</summary>
    public bool IsWatched { get; private set; }

    /// <summary>Where the file lies, as far as it was found.</summary>
    public string RealPath => _target ?? tail.Path;

    public bool IsLinked => _target is not null;

    /// <summary>Watches the path; asking again repairs what went with its folder.</summary>
    public void Renew()
    {
        IsWatched = wakeups.Watch(tail, tail.Path) && (_target is null || wakeups.Watch(tail, _target));
    }

    /// <summary>Watches what the path leads to.</summary>
    public void Follow(string real)
    {
        Unfollow();
        _target = real == tail.Path ? null : real;
        Renew();
    }

    public void End()
    {
        Unfollow();
        wakeups.Unwatch(tail, tail.Path);
        IsWatched = false;
    }

    private void Unfollow()
    {
        if (_target is not null)
        {
            wakeups.Unwatch(tail, _target);
            _target = null;
        }
    }
}
