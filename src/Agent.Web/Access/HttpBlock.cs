using Agent.Sdk;
using Agent.Sdk.Declarations;

namespace Agent.Web.Access;

/// <summary>The <c>http</c> block: authentication and TLS of the HTTP server.</summary>
public sealed class HttpBlock(HttpAccess access) : IComponent<HttpBlock.Arguments>
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
    private volatile bool _isRunning;

    public ValueTask ApplyAsync(Arguments arguments, CancellationToken stop)
    {
        BasicAuthentication? authentication =
            arguments.Auth?.Basic is { } basic ? new BasicAuthentication(basic, arguments.Auth.Filter) : null;
        _wanted = new AccessSettings(authentication, arguments.Tls is { } tls ? TlsSettings.Load(tls) : null);
        if (_isRunning)
        {
            access.Set(_wanted);
        }
        return ValueTask.CompletedTask;
    }

    /// <summary>The settings hold as long as the block stands in the configuration.</summary>
    public async Task RunAsync(CancellationToken stop)
    {
        _isRunning = true;
        access.Set(_wanted);
        await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, stop).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _isRunning = false;
        access.Set(AccessSettings.Open);
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;
}
