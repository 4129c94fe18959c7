namespace Agent.Components.Remote;

/// <summary>Something far away that is asked now and then, as one set of arguments says.</summary>
internal interface IRemoteSource : IAsyncDisposable
{
    /// <summary>Asks once. What it throws for expected reasons counts as a failed poll.</summary>
    /// <returns>What the component exports.</returns>
    Task<object> AskAsync(CancellationToken stop);
}

/// <summary>How often and how long a source is asked.</summary>
internal readonly record struct PollTimes(TimeSpan Frequency, TimeSpan Timeout);
