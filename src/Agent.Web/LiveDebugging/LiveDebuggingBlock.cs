using Agent.Sdk;
using Agent.Sdk.Declarations;

namespace Agent.Web.LiveDebugging;

/// <summary>The <c>livedebugging</c> block: allows the live view of what flows through the graph.</summary>
public sealed class LiveDebuggingBlock(LiveDebuggingState state) : IComponent<LiveDebuggingBlock.Arguments>
{
    [ConfigBlock("livedebugging")]
    public sealed record Arguments
    {
        /// <summary>Enables the live debugging feature.</summary>
        public bool Enabled { get; init; }
    }

    private bool _wanted;
    private volatile bool _isRunning;

    public ValueTask ApplyAsync(Arguments arguments, CancellationToken stop)
    {
        _wanted = arguments.Enabled;
        if (_isRunning)
        {
            state.Enabled = _wanted;
        }
        return ValueTask.CompletedTask;
    }

    /// <summary>The setting holds as long as the block stands in the configuration.</summary>
    public async Task RunAsync(CancellationToken stop)
    {
        _isRunning = true;
        state.Enabled = _wanted;
        await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, stop).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _isRunning = false;
        state.Enabled = false;
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;
}
