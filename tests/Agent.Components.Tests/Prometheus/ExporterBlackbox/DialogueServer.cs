using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using Agent.Components.Tests.Common.Http;

namespace Agent.Components.Tests.Prometheus.ExporterBlackbox;

/// <summary>A server on loopback, or on a Unix socket, that leads one dialogue a connection.</summary>
internal sealed class DialogueServer : IAsyncDisposable
{
    private readonly Socket _listener;
    private readonly CancellationTokenSource _ending = new();
    private readonly Func<Stream, CancellationToken, Task> _dialogue;
    private readonly Task _running;

    public DialogueServer(Func<Stream, CancellationToken, Task> dialogue, string? socket = null)
    {
        _dialogue = dialogue;
        EndPoint endpoint = socket is null ? new IPEndPoint(IPAddress.Loopback, 0) : new UnixDomainSocketEndPoint(socket);
        _listener = new Socket(endpoint.AddressFamily, SocketType.Stream, ProtocolType.Unspecified);
        _listener.Bind(endpoint);
        _listener.Listen();
        _running = ServeAsync();
    }

    public int Port => ((IPEndPoint)_listener.LocalEndPoint!).Port;

    public static Task SayAsync(Stream stream, string text, CancellationToken stop) =>
        stream.WriteAsync(Encoding.UTF8.GetBytes(text), stop).AsTask();

    /// <summary>Reads up to the end of a line, and not further.</summary>
    public static async Task<string> HearAsync(Stream stream, CancellationToken stop)
    {
        var line = new StringBuilder();
        byte[] one = new byte[1];
        while (await stream.ReadAsync(one, stop) > 0 && one[0] != '\n')
        {
            line.Append((char)one[0]);
        }
        return line.ToString();
    }

    public static async Task<Stream> SecureAsync(Stream stream, TestCertificate certificate, CancellationToken stop)
    {
        using var pem = X509Certificate2.CreateFromPem(certificate.Cert, certificate.Key);
        var secure = new SslStream(stream);
        await secure.AuthenticateAsServerAsync(
            new SslServerAuthenticationOptions
            {
                ServerCertificate = X509CertificateLoader.LoadPkcs12(pem.Export(X509ContentType.Pkcs12), null),
            },
            stop);
        return secure;
    }

    public async ValueTask DisposeAsync()
    {
        await _ending.CancelAsync();
        _listener.Dispose();
        await _running;
        _ending.Dispose();
    }

    private async Task ServeAsync()
    {
        while (!_ending.IsCancellationRequested)
        {
            try
            {
                using Socket client = await _listener.AcceptAsync(_ending.Token);
                await using var stream = new NetworkStream(client);
                await _dialogue(stream, _ending.Token);
            }
            catch (Exception exception) when (exception is IOException or SocketException or OperationCanceledException or ObjectDisposedException
                or System.Security.Authentication.AuthenticationException)
            {
                // The client, or the test, has seen enough.
            }
        }
    }
}
