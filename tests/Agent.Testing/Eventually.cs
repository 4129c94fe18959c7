using System.Runtime.CompilerServices;

namespace Agent.Testing;

/// <summary>Waits, in real time and not for ever, for what other threads or another process bring about: looks again and again.</summary>
public static class Eventually
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(15);

    /// <summary>Most of what threads of the same process do has come about after so many looks without a pause.</summary>
    private const int QuickLooks = 20;

    /// <param name="holds">What is to become true.</param>
    /// <param name="what">The same in words, for the message of the failure.</param>
    /// <param name="step">Called after each look in vain, such as to move a clock.</param>
    /// <exception cref="TimeoutException">It has not come about within 30 s.</exception>
    public static Task TrueAsync(Func<bool> holds, [CallerArgumentExpression(nameof(holds))] string what = "", Action? step = null) =>
        LoopAsync(() => ValueTask.FromResult(holds()), () => what, Patience, step is null ? QuickLooks : 0, step);

    /// <param name="holds">What is to become true.</param>
    /// <param name="failure">Says what is missing when it does not.</param>
    /// <param name="limit">Default 30 s.</param>
    /// <exception cref="TimeoutException">It has not come about by then.</exception>
    public static Task TrueAsync(Func<ValueTask<bool>> holds, Func<string> failure, TimeSpan? limit = null) =>
        LoopAsync(holds, failure, limit ?? Patience, quickLooks: 0, step: null);

    /// <inheritdoc cref="TrueAsync(Func{ValueTask{bool}}, Func{string}, TimeSpan?)" />
    public static Task TrueAsync(Func<bool> holds, Func<string> failure, TimeSpan? limit = null) =>
        TrueAsync(() => ValueTask.FromResult(holds()), failure, limit);

    private static async Task LoopAsync(Func<ValueTask<bool>> holds, Func<string> failure, TimeSpan limit, int quickLooks, Action? step)
    {
        long started = TimeProvider.System.GetTimestamp();
        while (!await holds())
        {
            if (TimeProvider.System.GetElapsedTime(started) > limit)
            {
                throw new TimeoutException($"not within {limit.TotalSeconds} s: {failure()}");
            }
            step?.Invoke();
            if (quickLooks-- > 0)
            {
                await Task.Yield();
            }
            else
            {
                await Task.Delay(Pause, TimeProvider.System, CancellationToken.None);
            }
        }
    }
}
