using System.Diagnostics;

namespace Agent.Sdk.Memory;

/// <summary>Holds reading back while the process is near its byte budget. It stays open where there is none.</summary>
/// <remarks>
/// Whoever can read later waits for it before a batch is read, while it holds as little as it can: what is not read yet is safe where it is.
/// Whoever is pushed to refuses, so that the sender keeps the data. What was read goes on its way in any case, and queues are worked off.
/// </remarks>
public sealed class MemoryGate
{
    private volatile TaskCompletionSource? _closed;
    private volatile bool _stopsScrapes;
    private volatile Action? _look;
    private long _lookEvery;
    private long _counted;

    /// <summary>For whoever has no budget to keep to.</summary>
    public static MemoryGate AlwaysOpen { get; } = new();

    /// <summary>Raised when it closes (true) and opens, by whoever does that: handlers have to be quick.</summary>
    public event Action<bool>? Changed;

    /// <summary>Reading is to pause. Costs one look at a field.</summary>
    public bool IsClosed => _closed is not null;

    /// <summary>Even with reading paused memory is about to run out: scrapes, which cannot be made up for, are left out, too.</summary>
    public bool StopsScrapes
    {
        get => _stopsScrapes;
        set => _stopsScrapes = value;
    }

    /// <summary>Bytes came in: whoever watches the memory looks again after some of them, however fast they come.</summary>
    public void Count(long bytes)
    {
        if (_look is { } look && Interlocked.Add(ref _counted, bytes) >= _lookEvery)
        {
            Interlocked.Exchange(ref _counted, 0);
            look();
        }
    }

    /// <summary>For the one who watches the memory.</summary>
    /// <param name="lookEvery">After how many bytes that were counted to look.</param>
    /// <param name="look">Called by whoever counts.</param>
    public void Watch(long lookEvery, Action look)
    {
        _lookEvery = lookEvery;
        _look = look;
    }

    /// <summary>Waits until it is open.</summary>
    /// <param name="stop">Ends the wait.</param>
    public ValueTask WaitAsync(CancellationToken stop) => _closed is { } closed ? new ValueTask(closed.Task.WaitAsync(stop)) : ValueTask.CompletedTask;

    /// <summary>The same for a thread that has nothing else to do.</summary>
    public void Wait(CancellationToken stop) => _closed?.Task.Wait(stop);

    /// <summary>For the one who watches the memory; not from two threads at once.</summary>
    public void Close()
    {
        Debug.Assert(this != AlwaysOpen, "BUG: somebody closes the gate of those who have no budget");
        if (_closed is null)
        {
            _closed = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            Changed?.Invoke(true);
        }
    }

    /// <summary>Lets everybody go on.</summary>
    public void Open()
    {
        if (_closed is { } closed)
        {
            _closed = null;
            Changed?.Invoke(false);
            closed.SetResult();
        }
    }
}
