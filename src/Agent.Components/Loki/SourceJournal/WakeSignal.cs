using System.ComponentModel;
using Agent.Components.Common.Files;

namespace Agent.Components.Loki.SourceJournal;

/// <summary>Wakes a thread that blocks in the kernel: an eventfd. Set from any thread.</summary>
internal sealed class WakeSignal : IDisposable
{
    private readonly Lock _gate = new();
    private int _descriptor;

    public WakeSignal()
    {
        _descriptor = Libc.EventFd(0, Libc.CloseOnExec | Libc.NonBlocking);
        if (_descriptor < 0)
        {
            throw new Win32Exception();
        }
    }

    public void Set()
    {
        lock (_gate)
        {
            if (_descriptor >= 0)
            {
                _ = Libc.Write(_descriptor, BitConverter.GetBytes(1UL), sizeof(ulong));
            }
        }
    }

    /// <summary>Blocks until <paramref name="descriptor"/> has one of the events, the signal is set, or the time is over. Clears the signal.</summary>
    public void WaitFor(int descriptor, short events, TimeSpan limit)
    {
        Span<Libc.PollEntry> entries =
        [
            new Libc.PollEntry { Descriptor = _descriptor, Events = Libc.PollIn },
            new Libc.PollEntry { Descriptor = descriptor, Events = events },
        ];
        _ = Libc.Poll(entries, (nuint)entries.Length, (int)limit.TotalMilliseconds);
        Span<byte> count = stackalloc byte[sizeof(ulong)];
        _ = Libc.Read(_descriptor, count, sizeof(ulong));
    }

    public void Dispose()
    {
        lock (_gate)
        {
            if (_descriptor >= 0)
            {
                _ = Libc.Close(_descriptor);
                _descriptor = -1;
            }
        }
    }
}
