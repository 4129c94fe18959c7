namespace Agent.Web.Access;

/// <summary>Who may talk to the HTTP server, and how; swapped as a whole when the <c>http</c> block changes.</summary>
public sealed class HttpAccess
{
    private AccessSettings _current = AccessSettings.Open;
    private volatile bool _isFrozen;

    /// <summary>Requests and new connections read it once.</summary>
    public AccessSettings Current => Volatile.Read(ref _current);

    /// <summary>Keeps what holds now: while the agent stops, its blocks go before its server does, which must stay guarded.</summary>
    public void Freeze() => _isFrozen = true;

    internal void Set(AccessSettings settings)
    {
        if (!_isFrozen)
        {
            Volatile.Write(ref _current, settings);
        }
    }
}

/// <param name="Authentication">Null where everybody may do everything.</param>
/// <param name="Tls">Null where connections are plain text.</param>
public sealed record AccessSettings(BasicAuthentication? Authentication, TlsSettings? Tls)
{
    public static AccessSettings Open { get; } = new(null, null);
}
