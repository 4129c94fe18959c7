using System.Threading.Channels;
using Agent.Sdk.Memory;

namespace Agent.Components.Loki.SourceFile;

/// <summary>Runs tails that have something to do on a few workers. A tail is never on two at once, so that its lines stay in order.</summary>
/// <param name="memory">Waited for before each turn; lines that wait in files cost no memory.</param>
internal sealed class TailScheduler(MemoryGate memory)
{
    private readonly Channel<FileTail> _ready = Channel.CreateUnbounded<FileTail>();

    /// <summary>Two are enough: reading is far cheaper than what comes after it, and each costs a block of memory.</summary>
    public static int Workers => Math.Min(2, Environment.ProcessorCount);

    /// <summary>Gives a tail a turn; one that is having its turn gets another one.</summary>
    public void Wake(FileTail tail)
    {
        if (tail.Turns.TryQueue())
        {
            _ready.Writer.TryWrite(tail);
        }
    }

    public async Task RunWorkerAsync(CancellationToken stop)
    {
        using var reader = new BlockReader();
        while (true)
        {
            FileTail tail = await _ready.Reader.ReadAsync(stop);
            await memory.WaitAsync(stop);
            tail.Turns.Begin();
            bool hasMore = await tail.TurnAsync(reader, stop);
            if (tail.Turns.End(hasMore))
            {
                _ready.Writer.TryWrite(tail);
            }
        }
    }
}

/// <summary>Whether a tail waits, is queued, or runs; and whether it was woken meanwhile.</summary>
internal sealed class TurnState
{
    private const int Idle = 0;
    private const int Queued = 1;
    private const int Running = 2;
    private const int RunningAndWoken = 3;

    private int _state;

    public bool IsIdle => Volatile.Read(ref _state) == Idle;

    /// <summary>True where the caller has to put the tail into the queue.</summary>
    public bool TryQueue()
    {
        while (true)
        {
            switch (Volatile.Read(ref _state))
            {
                case Idle when Interlocked.CompareExchange(ref _state, Queued, Idle) == Idle:
                    return true;
                case Running when Interlocked.CompareExchange(ref _state, RunningAndWoken, Running) == Running:
                case Queued:
                case RunningAndWoken:
                    return false;
            }
        }
    }

    public void Begin() => Volatile.Write(ref _state, Running);

    /// <summary>True where the caller has to put the tail into the queue again.</summary>
    public bool End(bool hasMore)
    {
        if (!hasMore && Interlocked.CompareExchange(ref _state, Idle, Running) == Running)
        {
            return false;
        }
        Volatile.Write(ref _state, Queued);
        return true;
    }
}
