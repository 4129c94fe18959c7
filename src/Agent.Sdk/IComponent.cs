namespace Agent.Sdk;

/// <summary>One running part of the graph.</summary>
/// <remarks>
/// Order of calls: the constructor, <c>ApplyAsync</c> once, then <see cref="RunAsync"/>, during which <c>ApplyAsync</c> is called for
/// every change (never twice at once), then <see cref="IAsyncDisposable.DisposeAsync"/> after RunAsync has ended. A configuration that is
/// being checked for a reload may build and apply a component that then never runs: so nothing before RunAsync may open a listener, start
/// a task, or touch what a running component of the same name owns.
/// </remarks>
public interface IComponent : IAsyncDisposable
{
    /// <summary>
    /// Works until <paramref name="stop"/> is cancelled; one that only answers calls has no work of its own and ends at once. Throwing makes
    /// the component unhealthy; it is run again after a backoff.
    /// </summary>
    Task RunAsync(CancellationToken stop);
}

/// <summary>A component that is configured by <typeparamref name="TArguments"/>.</summary>
public interface IComponent<in TArguments> : IComponent
{
    /// <summary>
    /// Takes new arguments and publishes what follows from them (<see cref="ComponentContext.Export"/>). Arguments equal to the last ones
    /// are never applied again. Throws <see cref="ComponentException"/> where circumstances (not the configuration) are at fault.
    /// </summary>
    ValueTask ApplyAsync(TArguments arguments, CancellationToken stop);
}

/// <summary>A component that has more to show than its health: a value for the UI and the API, free of secrets.</summary>
public interface IDebuggable
{
    Agent.Syntax.Values.Value DebugState();
}
