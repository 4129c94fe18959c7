using System.Runtime.InteropServices;
using System.Threading.Channels;

namespace Agent.Run;

/// <summary>SIGHUP asks for a reload; the first SIGINT or SIGTERM ends the run in good order, the second one at once.</summary>
internal sealed class Signals : IDisposable
{
    private readonly Channel<bool> _reloads = Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });
    private readonly PosixSignalRegistration[] _registrations;
    private int _stops;

    public Signals() => _registrations =
    [
        PosixSignalRegistration.Create(PosixSignal.SIGHUP, Reload),
        PosixSignalRegistration.Create(PosixSignal.SIGINT, Stop),
        PosixSignalRegistration.Create(PosixSignal.SIGTERM, Stop),
    ];

    /// <summary>Ends when the agent is to stop. Several requests that come during one reload are one request.</summary>
    public IAsyncEnumerable<bool> Reloads => _reloads.Reader.ReadAllAsync();

    public void Dispose()
    {
        foreach (PosixSignalRegistration registration in _registrations)
        {
            registration.Dispose();
        }
    }

    private void Reload(PosixSignalContext context)
    {
        context.Cancel = true;
        _reloads.Writer.TryWrite(true);
    }

    private void Stop(PosixSignalContext context)
    {
        context.Cancel = true;
        if (Interlocked.Increment(ref _stops) > 1)
        {
            Environment.Exit(1);
        }
        _reloads.Writer.TryComplete();
    }
}
