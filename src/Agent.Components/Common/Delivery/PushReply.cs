namespace Agent.Components.Common.Delivery;

/// <summary>What became of one request.</summary>
/// <param name="Status">The HTTP status, -1 where there was no reply.</param>
/// <param name="Error">What to tell the user; null on success.</param>
/// <param name="RetryAfter">How long the server asked to wait.</param>
/// <param name="Text">What the server said, as far as it was read; empty on success.</param>
internal sealed record PushReply(int Status, string? Error, TimeSpan? RetryAfter, string Text = "")
{
    /// <summary>The header that <see cref="PushForm.ReplyHeader"/> asked for; null where the reply lacks it.</summary>
    public string? Header { get; init; }

    public bool IsSuccess => Error is null;

    public bool IsRateLimit => Status == 429;

    /// <summary>Whether the same request may do better later: no reply, 429 and 5xx.</summary>
    public bool MayRetry => Status < 0 || IsRateLimit || Status / 100 == 5;
}
