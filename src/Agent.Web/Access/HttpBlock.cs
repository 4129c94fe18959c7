using Agent.Runtime.Graph;
using Agent.Sdk;
using Agent.Sdk.Declarations;

namespace Agent.Web.Access;

/// <summary>The <c>http</c> block: authentication and TLS of the HTTP server.</summary>
public sealed class HttpBlock(HttpAccess access) : IComponent<HttpBlock.Arguments>, IActivated
{
    [ConfigBlock("http")]
    public sealed record Arguments
    {
        /// <summary>Authentication of requests.</summary>
        [Block]
        public AuthOptions? Auth { get; init; }

        /// <summary>TLS of connections.</summary>
        [Block]
        public TlsOptions? Tls { get; init; }
    }

    public sealed record AuthOptions
    {
        /// <summary>Basic authentication: a name and a password.</summary>
        [Block]
        public BasicOptions? Basic { get; init; }

        /// <summary>Which paths need authentication; all where the block is missing.</summary>
        [Block]
        public FilterOptions? Filter { get; init; }
    }

    public sealed record BasicOptions
    {
        /// <summary>The user name that is asked for.</summary>
        public required string Username { get; init; }

        /// <summary>The password that is asked for.</summary>
        public required Secret Password { get; init; }
    }

    public sealed record FilterOptions
    {
        /// <summary>Prefixes of paths.</summary>
        public ValueList<string> Paths { get; init; } = [];

        /// <summary>True: the paths need authentication. False: all others do.</summary>
        public bool AuthenticateMatchingPaths { get; init; } = true;
    }

    private AccessSettings _wanted = AccessSettings.Open;
    private volatile bool _isActive;

    public ValueTask ApplyAsync(Arguments arguments, CancellationToken stop)
    {
        BasicAuthentication? authentication =
            arguments.Auth?.Basic is { } basic ? new BasicAuthentication(basic, arguments.Auth.Filter) : null;
        _wanted = new AccessSettings(authentication, arguments.Tls is { } tls ? TlsSettings.Load(tls) : null);
        if (_isActive)
        {
            access.Set(_wanted);
        }
        return ValueTask.CompletedTask;
    }

    /// <summary>From now on the settings hold until the block goes.</summary>
    public void Activate()
    {
        _isActive = true;
        access.Set(_wanted);
    }

    public Task RunAsync(CancellationToken stop) => Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, stop);

    public ValueTask DisposeAsync()
    {
        // A block of a load that was refused has never been active, and leaves alone what the running one set.
        if (_isActive)
        {
            access.Set(AccessSettings.Open);
        }
        return ValueTask.CompletedTask;
    }
}
