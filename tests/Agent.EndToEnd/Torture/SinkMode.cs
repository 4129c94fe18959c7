namespace Agent.EndToEnd.Torture;

/// <summary>How a sink behaves. Only the first and the fourth take entries.</summary>
internal enum SinkMode
{
    /// <summary>Takes everything.</summary>
    Ok,

    /// <summary>Answers 503.</summary>
    Unavailable,

    /// <summary>Answers 429 and asks to wait for a second.</summary>
    TooManyRequests,

    /// <summary>Takes all entries of a request but the first, which it refuses for good, and says so with 400 as Loki does.</summary>
    Refuse,

    /// <summary>Reads the request and answers when the mode changes, then with 503.</summary>
    Hang,

    /// <summary>Reads the request and aborts the connection.</summary>
    Reset,

    /// <summary>Does not listen.</summary>
    Down,
}
