using System.Threading.Channels;

namespace Agent.Components.Loki.Process;

/// <summary>Wakes one waiting task. Rings that come while it is awake wake it once more.</summary>
internal sealed class WakeUp
{
    private readonly Channel<bool> _rings = Channel.CreateBounded<bool>(
        new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite, SingleReader = true });

    public void Ring() => _rings.Writer.TryWrite(true);

    public async ValueTask WaitAsync() => await _rings.Reader.ReadAsync(CancellationToken.None).ConfigureAwait(false);
}
