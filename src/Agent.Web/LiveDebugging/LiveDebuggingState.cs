namespace Agent.Web.LiveDebugging;

/// <summary>Whether data that flows may be shown to whoever reaches the HTTP server.</summary>
public sealed class LiveDebuggingState
{
    private volatile bool _enabled;

    public bool Enabled
    {
        get => _enabled;
        internal set => _enabled = value;
    }
}
