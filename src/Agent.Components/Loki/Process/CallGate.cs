namespace Agent.Components.Loki.Process;

/// <summary>Counts the calls that are inside something, so that whoever is last out of a closed gate can clear up.</summary>
internal sealed class CallGate
{
    private int _inside;
    private int _closed;
    private int _cleared;

    /// <summary>False where the gate is closed: what stands behind it has been replaced.</summary>
    public bool TryEnter()
    {
        Interlocked.Increment(ref _inside);
        if (Volatile.Read(ref _closed) == 0)
        {
            return true;
        }
        Interlocked.Decrement(ref _inside);
        return false;
    }

    /// <summary>True for the one caller after whom nobody is inside and nobody can enter.</summary>
    public bool Leave() => Interlocked.Decrement(ref _inside) == 0 && IsMineToClear();

    /// <summary>Closes the gate; true where nobody was inside.</summary>
    public bool Close()
    {
        Interlocked.Exchange(ref _closed, 1);
        return Volatile.Read(ref _inside) == 0 && IsMineToClear();
    }

    private bool IsMineToClear() => Volatile.Read(ref _closed) == 1 && Interlocked.Exchange(ref _cleared, 1) == 0;
}
