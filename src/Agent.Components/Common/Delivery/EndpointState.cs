namespace Agent.Components.Common.Delivery;

/// <summary>How an endpoint is doing, for health and debug information.</summary>
internal sealed class EndpointState(Action changed)
{
    /// <summary>One failure may be chance; from this many in a row on, the endpoint is ill.</summary>
    private const int IllAfter = 3;

    private readonly Lock _gate = new();
    private int _failures;

    public string LastError { get; private set; } = "";

    public DateTimeOffset? LastErrorTime { get; private set; }

    public int LastStatus { get; private set; }

    public bool IsIll => _failures >= IllAfter;

    /// <summary>Returns true at the first failure after a success.</summary>
    public bool Failed(PushReply reply, DateTimeOffset now)
    {
        bool first;
        bool turned;
        lock (_gate)
        {
            (LastError, LastErrorTime, LastStatus) = (reply.Error ?? "", now, reply.Status);
            first = _failures++ == 0;
            turned = _failures == IllAfter;
        }
        if (turned)
        {
            changed();
        }
        return first;
    }

    /// <summary>The endpoint answers, but does not want what it was sent: that is no illness.</summary>
    public void Refused(PushReply reply, DateTimeOffset now)
    {
        Succeeded(reply.Status);
        lock (_gate)
        {
            (LastError, LastErrorTime) = (reply.Error ?? "", now);
        }
    }

    /// <summary>Returns true at the first success after failures.</summary>
    public bool Succeeded(int status)
    {
        bool turned;
        bool first;
        lock (_gate)
        {
            LastStatus = status;
            first = _failures > 0;
            turned = IsIll;
            _failures = 0;
        }
        if (turned)
        {
            changed();
        }
        return first;
    }
}
