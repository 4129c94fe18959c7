using Agent.Runtime.Graph;
using Agent.Sdk;
using Agent.Sdk.Declarations;

namespace Agent.Web.LiveDebugging;

/// <summary>The <c>livedebugging</c> block: allows the live view of what flows through the graph.</summary>
public sealed class LiveDebuggingBlock(LiveDebuggingState state) : IComponent<LiveDebuggingBlock.Arguments>, IActivated
{
    [ConfigBlock("livedebugging")]
    public sealed record Arguments
    {
        /// <summary>Enables the live debugging feature.</summary>
        public bool Enabled { get; init; }
    }

    private bool _wanted;
    private volatile bool _isActive;

    public ValueTask ApplyAsync(Arguments arguments, CancellationToken stop)
    {
        _wanted = arguments.Enabled;
        if (_isActive)
        {
            state.Enabled = _wanted;
        }
        return ValueTask.CompletedTask;
    }

    /// <summary>From now on the setting holds until the block goes.</summary>
    public void Activate()
    {
        _isActive = true;
        state.Enabled = _wanted;
    }

    public Task RunAsync(CancellationToken stop) => Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, stop);

    public ValueTask DisposeAsync()
    {
        // A block of a load that was refused has never been active, and leaves alone what the running one set.
        if (_isActive)
        {
            state.Enabled = false;
        }
        return ValueTask.CompletedTask;
    }
}
