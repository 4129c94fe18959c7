using Agent.Telemetry;

namespace Agent.Components.Tests.Loki.Process;

internal sealed class CountedReceipt : Receipt
{
    public int Settled { get; private set; }

    protected override void OnSettled() => Settled++;
}
