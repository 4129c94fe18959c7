namespace Agent.Components.Common.Delivery;

/// <summary>Decides which changes of a disk are worth telling.</summary>
/// <remarks>
/// A full volume takes a small batch now and then, so that it fails and recovers each second. A failure is told at once; that it is over,
/// only when it has been for a while; and what fails again before that is the same failure.
/// </remarks>
internal sealed class DiskNews : IDisposable
{
    /// <summary>How long the disk must work before it counts as back.</summary>
    public static readonly TimeSpan Steady = TimeSpan.FromSeconds(30);

    private readonly Lock _gate = new();
    private readonly Action<string> _failing;
    private readonly Action _back;
    private readonly ITimer _timer;
    private bool _isToldFailing;
    private bool _isFailing;

    /// <param name="time">The clock.</param>
    /// <param name="failing">Tells why the disk is not used.</param>
    /// <param name="back">Tells that it is used again.</param>
    public DiskNews(TimeProvider time, Action<string> failing, Action back)
    {
        (_failing, _back) = (failing, back);
        _timer = time.CreateTimer(_ => TellBack(), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    /// <summary>The disk has failed, or takes what it is given again.</summary>
    /// <param name="fault">Why it fails; null where it works.</param>
    public void Changed(string? fault)
    {
        bool isNews;
        lock (_gate)
        {
            _isFailing = fault is not null;
            _timer.Change(!_isFailing && _isToldFailing ? Steady : Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
            isNews = _isFailing && !_isToldFailing;
            _isToldFailing |= isNews;
        }
        if (isNews)
        {
            _failing(fault!);
        }
    }

    public void Dispose() => _timer.Dispose();

    private void TellBack()
    {
        lock (_gate)
        {
            // It may have failed while the timer was on its way.
            if (_isFailing || !_isToldFailing)
            {
                return;
            }
            _isToldFailing = false;
        }
        _back();
    }
}
