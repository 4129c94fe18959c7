namespace Agent.Components.Remote;

/// <summary>Something far away that is asked now and then, as one set of arguments says.</summary>
internal interface IRemoteSource : IAsyncDisposable
{
    /// <summary>Asks once. What it throws for expected reasons counts as a failed poll.</summary>
    /// <returns>What the component exports.</returns>
    Task<object> AskAsync(CancellationToken stop);

    /// <summary>How long until it wants to be asked again; none or less for now.</summary>
    /// <param name="sinceAsked">How long ago it was asked last.</param>
    /// <param name="frequency">Of its polls.</param>
    TimeSpan UntilNext(TimeSpan sinceAsked, TimeSpan frequency) => frequency - sinceAsked;
}

/// <summary>How often and how long a source is asked.</summary>
internal readonly record struct PollTimes(TimeSpan Frequency, TimeSpan Timeout);
