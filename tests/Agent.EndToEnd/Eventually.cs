namespace Agent.EndToEnd;

/// <summary>Waits for what another process does: looks again and again, for a limited time.</summary>
internal static class Eventually
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(20);

    /// <param name="holds">What is to become true.</param>
    /// <param name="failure">Says what is missing when it does not.</param>
    /// <param name="limit">Default 30 s.</param>
    public static async Task TrueAsync(Func<ValueTask<bool>> holds, Func<string> failure, TimeSpan? limit = null)
    {
        TimeSpan patience = limit ?? Patience;
        long started = TimeProvider.System.GetTimestamp();
        while (!await holds())
        {
            if (TimeProvider.System.GetElapsedTime(started) > patience)
            {
                throw new TimeoutException($"not within {patience.TotalSeconds} s: {failure()}");
            }
            await Task.Delay(Pause, TimeProvider.System, CancellationToken.None);
        }
    }

    public static Task TrueAsync(Func<bool> holds, Func<string> failure, TimeSpan? limit = null) =>
        TrueAsync(() => ValueTask.FromResult(holds()), failure, limit);
}
