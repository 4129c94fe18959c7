using Agent.Telemetry;

namespace Agent.Components.Loki.SourceFile;

/// <summary>The receipt of one batch of a file; used again once it is settled and everything before it is.</summary>
internal sealed class BatchReceipt(DeliveredOffset owner) : Receipt
{
    /// <summary>Where the file goes on after the batch.</summary>
    public long End { get; set; }

    public bool IsSettled { get; set; }

    public void Reset(long end)
    {
        Renew();
        End = end;
        IsSettled = false;
    }

    protected override void OnSettled() => owner.Settled(this);
}
