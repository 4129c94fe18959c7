namespace Agent.Components.Remote.Vault;

/// <summary>What is left of the time of something that Vault gave away.</summary>
internal sealed class VaultLease(TimeProvider time)
{
    // A lease of less is asked for again this often, and not all the time.
    private static readonly TimeSpan ShortestWait = TimeSpan.FromSeconds(1);

    private VaultTerms _terms = VaultAnswer.Empty.Terms;
    private TimeSpan _first;
    private long _since;

    public string Id => _terms.Id;

    public bool IsRenewable => _terms.IsRenewable;

    /// <summary>Time until it should be renewed, after two thirds of it; null where it does not end.</summary>
    public TimeSpan? Left => _terms.Length <= TimeSpan.Zero
        ? null
        : (_terms.Length * 2 / 3 is var due && due > ShortestWait ? due : ShortestWait) - time.GetElapsedTime(_since);

    public bool IsDue => Left <= TimeSpan.Zero;

    /// <summary>Something new has been given away.</summary>
    public void Start(VaultTerms terms)
    {
        _first = terms.Length;
        (_terms, _since) = (terms, time.GetTimestamp());
    }

    /// <summary>More time has been given.</summary>
    /// <returns>False where it is so little that the end has come near: something new is needed.</returns>
    public bool Extend(VaultTerms terms)
    {
        _terms = terms with { Id = terms.Id.Length > 0 ? terms.Id : _terms.Id };
        _since = time.GetTimestamp();
        return terms.Length <= TimeSpan.Zero || terms.Length > _first / 10;
    }
}
