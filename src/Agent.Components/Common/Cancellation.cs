namespace Agent.Components.Common;

internal static class Cancellation
{
    /// <summary>Cancels what may have ended by itself, and been disposed of, at this moment.</summary>
    public static void CancelUnlessDisposed(this CancellationTokenSource source)
    {
        try
        {
            source.Cancel();
        }
        catch (ObjectDisposedException)
        {
            // Then nothing is left to end.
        }
    }
}
