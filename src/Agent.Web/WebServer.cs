using System.Net;
using Agent.Web.Access;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Https;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Logging;

namespace Agent.Web;

/// <summary>The agent's HTTP server.</summary>
public sealed class WebServer : IAsyncDisposable
{
    /// <summary>No request of ours carries a body worth reading.</summary>
    private const long MaxRequestBody = 1024 * 1024;

    /// <summary>Addresses of the UI hold what is shown, such as all the labels of a pod as it was discovered.</summary>
    private const int MaxRequestLine = 64 * 1024;

    private static readonly TimeSpan DrainTime = TimeSpan.FromSeconds(2);
    private readonly WebApplication _application;
    private readonly RequestDispatcher _dispatcher;

    private WebServer(WebApplication application, RequestDispatcher dispatcher)
    {
        _application = application;
        _dispatcher = dispatcher;
    }

    /// <summary>The port that is listened on.</summary>
    public int Port
    {
        get
        {
            ICollection<string> addresses =
                _application.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses;
            return new Uri(addresses.First()).Port;
        }
    }

    /// <summary>
    /// Begins to answer requests. Until then every path gets a 503 that says "not ready": the first load decides who may see what, and
    /// nothing may be shown or done before that is in force.
    /// </summary>
    public void Admit() => _dispatcher.Admit();

    /// <exception cref="IOException">The port is taken.</exception>
    public static async Task<WebServer> StartAsync(WebOptions options, WebServices services)
    {
        IPEndPoint endpoint = ListenAddress.Resolve(options.ListenAddress);
        WebApplicationBuilder builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.Services.Replace(ServiceDescriptor.Singleton<ILoggerFactory>(new QuietLogging(services.Logging)));
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Limits.MaxRequestBodySize = MaxRequestBody;
            kestrel.Limits.MaxRequestLineSize = MaxRequestLine;
            kestrel.Listen(endpoint, listen => Configure(listen, services.Access));
        });
        WebApplication application = builder.Build();
        var dispatcher = new RequestDispatcher(options, services);
        application.Run(dispatcher.HandleAsync);
        try
        {
            await application.StartAsync().ConfigureAwait(false);
        }
        catch
        {
            await application.DisposeAsync().ConfigureAwait(false);
            throw;
        }
        return new WebServer(application, dispatcher);
    }

    public async ValueTask DisposeAsync()
    {
        await _dispatcher.StopAsync().ConfigureAwait(false);
        using var limit = new CancellationTokenSource(DrainTime);
        await _application.StopAsync(limit.Token).ConfigureAwait(false);
        await _application.DisposeAsync().ConfigureAwait(false);
        _dispatcher.Dispose();
    }

    /// <summary>Each new connection takes TLS or not as the <c>http</c> block says at that moment; connections that stand keep what they have.</summary>
    private static void Configure(ListenOptions listen, HttpAccess access)
    {
        ConnectionDelegate? withoutTls = null;
        listen.Use(next => connection => access.Current.Tls is null ? withoutTls!(connection) : next(connection));
        listen.UseHttps(new TlsHandshakeCallbackOptions
        {
            // The block may have gone between the choice and the handshake: the handshake then fails, and the client comes again.
            OnConnection = _ => new(access.Current.Tls?.Handshake ?? throw new IOException("TLS was switched off during the handshake")),
        });
        listen.Use(next => withoutTls = next);
    }
}
