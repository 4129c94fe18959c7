namespace Agent.Web.Access;

/// <summary>Who may talk to the HTTP server, and how; swapped as a whole when the <c>http</c> block changes.</summary>
public sealed class HttpAccess
{
    private AccessSettings _current = AccessSettings.Open;

    /// <summary>Requests and new connections read it once.</summary>
    public AccessSettings Current => Volatile.Read(ref _current);

    /// <summary>Raised after each change.</summary>
    public event Action? Changed;

    internal void Set(AccessSettings settings)
    {
        Volatile.Write(ref _current, settings);
        Changed?.Invoke();
    }
}

/// <param name="Authentication">Null where everybody may do everything.</param>
/// <param name="Tls">Null where connections are plain text.</param>
public sealed record AccessSettings(BasicAuthentication? Authentication, TlsSettings? Tls)
{
    public static AccessSettings Open { get; } = new(null, null);
}
