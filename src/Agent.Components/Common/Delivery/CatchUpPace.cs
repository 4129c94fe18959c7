namespace Agent.Components.Common.Delivery;

/// <summary>Holds an endpoint back after an outage, so that what waited does not trip the receiver the moment it is back.</summary>
/// <remarks>
/// The rate begins at <see cref="FirstRate"/> and grows with what is delivered, about e-fold a second: a receiver without limits
/// gets everything within seconds. Each 429 halves the rate, and from then on it grows at a sixteenth of that speed. Once nothing
/// waits any more the pace is off. Safe for use by several senders.
/// </remarks>
/// <param name="time">For the waits.</param>
/// <param name="ceiling">Bytes a second that are never exceeded while catching up; 0 sets no limit.</param>
internal sealed class CatchUpPace(TimeProvider time, long ceiling)
{
    /// <summary>Bytes of lines a second.</summary>
    public const double FirstRate = 1 << 20;

    private const double LeastRate = 64 << 10;
    private const int CarefulShare = 16;
    private static readonly TimeSpan WorthWaiting = TimeSpan.FromMilliseconds(1);

    private readonly Lock _gate = new();
    private bool _isCatchingUp;
    private bool _isCareful;
    private double _rate;
    private long _origin;
    private double _nextSeconds;

    public bool IsCatchingUp => Volatile.Read(ref _isCatchingUp);

    /// <summary>The endpoint is back.</summary>
    public void Begin()
    {
        lock (_gate)
        {
            (_isCatchingUp, _isCareful, _rate) = (true, false, Limited(FirstRate));
            (_origin, _nextSeconds) = (time.GetTimestamp(), 0);
        }
    }

    /// <summary>Nothing waits any more.</summary>
    public void End() => Volatile.Write(ref _isCatchingUp, false);

    /// <summary>How long to wait before so many more bytes are sent; they count as sent.</summary>
    public TimeSpan Take(long bytes)
    {
        if (!IsCatchingUp)
        {
            return TimeSpan.Zero;
        }
        lock (_gate)
        {
            double now = time.GetElapsedTime(_origin).TotalSeconds;
            double start = Math.Max(now, _nextSeconds);
            _nextSeconds = start + (bytes / _rate);
            var wait = TimeSpan.FromSeconds(Math.Min(start - now, 60));
            return wait < WorthWaiting ? TimeSpan.Zero : wait;
        }
    }

    public void Delivered(long bytes)
    {
        if (IsCatchingUp)
        {
            lock (_gate)
            {
                _rate = Limited(_rate + ((double)bytes / (_isCareful ? CarefulShare : 1)));
            }
        }
    }

    /// <summary>The receiver asked to slow down.</summary>
    public void RateLimited()
    {
        if (IsCatchingUp)
        {
            lock (_gate)
            {
                (_isCareful, _rate) = (true, Math.Max(LeastRate, _rate / 2));
            }
        }
    }

    private double Limited(double rate) => ceiling > 0 ? Math.Min(rate, ceiling) : rate;
}
