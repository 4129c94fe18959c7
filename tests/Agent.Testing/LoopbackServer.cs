using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace Agent.Testing;

/// <summary>Small HTTP servers for tests.</summary>
public static class LoopbackServer
{
    /// <summary>A server that is to be given what answers, and started.</summary>
    /// <param name="configure">Says where to listen; on a free port of 127.0.0.1 where null.</param>
    public static WebApplication Build(Action<KestrelServerOptions>? configure = null)
    {
        WebApplicationBuilder builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().UseKestrelHttpsConfiguration().ConfigureKestrel(configure ?? (static kestrel => kestrel.Listen(IPAddress.Loopback, 0)));
        return builder.Build();
    }

    /// <summary>A server at a path, or on a free port of 127.0.0.1 without one.</summary>
    public static WebApplication BuildAt(string? socket) => Build(socket is null ? null : kestrel => kestrel.ListenUnixSocket(socket));

    /// <summary>Ends without waiting for what is under way.</summary>
    public static async ValueTask EndAsync(this WebApplication server)
    {
        using var now = new CancellationTokenSource();
        await now.CancelAsync();
        await server.StopAsync(now.Token);
        await server.DisposeAsync();
    }
}
