using Agent.Telemetry;

namespace Agent.Components.Loki.Process;

/// <summary>One receipt for a batch with lines from several: it owns one hold on each, and settles all when it is settled.</summary>
/// <remarks>A list instead of <see cref="Receipt.Join"/>, because a line may come in thousands of pieces and joined receipts nest.</remarks>
internal sealed class ReceiptBundle(Receipt[] receipts) : Receipt
{
    protected override void OnSettled()
    {
        foreach (Receipt receipt in receipts)
        {
            receipt.Settle();
        }
    }
}
