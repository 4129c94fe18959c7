using Agent.Sdk;
using Agent.Sdk.Modules;

namespace Agent.Components.Import;

/// <summary>What imports from elsewhere have in common: a place to fetch from, looked at again and again.</summary>
public abstract class PolledImport<TArguments>(ComponentContext context) : IComponent<TArguments>, IModuleSource
    where TArguments : class
{
    private readonly ModulePoll _poll = new(context);

    public ValueTask ApplyAsync(TArguments arguments, CancellationToken stop)
    {
        (IModuleFetch fetch, TimeSpan interval) = PlaceOf(arguments, context);
        return _poll.ApplyAsync(fetch, interval, stop);
    }

    public Task RunAsync(CancellationToken stop) => _poll.RunAsync(stop);

    public void Accept(ModuleContent content) => _poll.Accept(content);

    public ValueTask DisposeAsync()
    {
        _poll.Dispose();
        GC.SuppressFinalize(this);
        return ValueTask.CompletedTask;
    }

    /// <summary>Where to fetch from, and how often; zero for once.</summary>
    private protected abstract (IModuleFetch Fetch, TimeSpan Interval) PlaceOf(TArguments arguments, ComponentContext context);
}
