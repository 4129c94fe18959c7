namespace Agent.Components.Loki.Process;

/// <summary>A bucket of tokens that refills at a steady rate. Full at first; safe on any thread.</summary>
/// <param name="rate">Tokens a second; infinite for no limit.</param>
/// <param name="burst">Most tokens at once.</param>
/// <param name="time">The clock.</param>
internal sealed class TokenBucket(double rate, int burst, TimeProvider time)
{
    private readonly Lock _gate = new();
    private double _tokens = burst;
    private long _filled = time.GetTimestamp();

    /// <summary>Takes a token; false where there is none.</summary>
    public bool TryTake()
    {
        lock (_gate)
        {
            Fill();
            if (_tokens < 1)
            {
                return false;
            }
            _tokens--;
            return true;
        }
    }

    /// <summary>Takes a token that may not be there yet; returns how long it takes until it is.</summary>
    public TimeSpan Reserve()
    {
        lock (_gate)
        {
            Fill();
            _tokens--;
            return _tokens >= 0 ? TimeSpan.Zero : Seconds(-_tokens / rate);
        }
    }

    private static TimeSpan Seconds(double seconds) =>
        seconds < TimeSpan.MaxValue.TotalSeconds ? TimeSpan.FromSeconds(seconds) : TimeSpan.MaxValue;

    private void Fill()
    {
        long now = time.GetTimestamp();
        double added = double.IsInfinity(rate) ? burst : time.GetElapsedTime(_filled, now).TotalSeconds * rate;
        _tokens = Math.Min(burst, _tokens + added);
        _filled = now;
    }
}
