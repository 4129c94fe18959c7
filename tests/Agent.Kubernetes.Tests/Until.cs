using System.Diagnostics;

namespace Agent.Kubernetes.Tests;

/// <summary>Waits for what the other side of a socket brings about.</summary>
internal static class Until
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(30);

    public static Task TrueAsync(Func<bool> condition, string what) => TrueAsync(condition, what, static () => { });

    /// <param name="step">Called before each look, such as to move a clock.</param>
    public static async Task TrueAsync(Func<bool> condition, string what, Action step)
    {
        long began = Stopwatch.GetTimestamp();
        while (!condition())
        {
            Assert.True(Stopwatch.GetElapsedTime(began) < Limit, $"it did not come about: {what}");
            step();
            await Task.Delay(TimeSpan.FromMilliseconds(5), TimeProvider.System, CancellationToken.None);
        }
    }
}
