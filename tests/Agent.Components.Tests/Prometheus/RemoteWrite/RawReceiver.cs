using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Agent.Components.Tests.Prometheus.RemoteWrite;

/// <summary>How a receiver misbehaves.</summary>
public enum RawAnswer
{
    Nonsense,
    Reset,
    Close,
    HalfAHead,
    HalfABody,
    Nothing,
    EndlessError,
}

/// <summary>A receiver on loopback that misbehaves at its first connections and then takes everything.</summary>
internal sealed class RawReceiver : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _stop = new();
    private readonly List<TcpClient> _open = [];
    private readonly Task _run;

    public RawReceiver(RawAnswer answer, int times)
    {
        _listener.Start();
        _run = RunAsync(answer, times);
    }

    public string Url => $"http://127.0.0.1:{((IPEndPoint)_listener.LocalEndpoint).Port}/push";

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        _listener.Stop();
        await _run.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _open.ForEach(static client => client.Dispose());
        _stop.Dispose();
        _listener.Dispose();
    }

    private async Task RunAsync(RawAnswer answer, int times)
    {
        List<Task> work = [];
        for (int number = 1; !_stop.IsCancellationRequested; number++)
        {
            TcpClient client = await _listener.AcceptTcpClientAsync(_stop.Token);
            _open.Add(client);
            work.Add(number <= times ? MisbehaveAsync(client, answer) : ServeAsync(client));
        }
    }

    private async Task MisbehaveAsync(TcpClient client, RawAnswer answer)
    {
        NetworkStream stream = client.GetStream();
        _ = await stream.ReadAsync(new byte[64 << 10], _stop.Token);
        switch (answer)
        {
            case RawAnswer.Nothing:
                return;
            case RawAnswer.Reset:
                client.Client.LingerState = new LingerOption(true, 0);
                break;
            case RawAnswer.EndlessError:
                await WriteAsync(stream, "HTTP/1.1 500 Oh\r\nContent-Length: 1000000000000\r\n\r\n");
                await WriteAsync(stream, new string('x', 1 << 20));
                break;
            case RawAnswer.Nonsense:
                await WriteAsync(stream, "\0\u0001 no protocol at all\r\n\r\n");
                break;
            case RawAnswer.HalfAHead:
                await WriteAsync(stream, "HTTP/1.1 204 No Con");
                break;
            case RawAnswer.HalfABody:
                await WriteAsync(stream, "HTTP/1.1 500 Oh\r\nContent-Length: 100\r\n\r\nhalf");
                break;
        }
        client.Close();
    }

    private async Task ServeAsync(TcpClient client)
    {
        NetworkStream stream = client.GetStream();
        byte[] request = new byte[64 << 10];
        while (await stream.ReadAsync(request, _stop.Token) > 0)
        {
            // Requests of one sample come in one or two packets; an answer to the first is one to the second.
            await WriteAsync(stream, "HTTP/1.1 204 No Content\r\nConnection: close\r\n\r\n");
            client.Client.Shutdown(SocketShutdown.Send);
        }
    }

    private Task WriteAsync(NetworkStream stream, string text) => stream.WriteAsync(Encoding.ASCII.GetBytes(text), _stop.Token).AsTask();
}
