using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using System.Text;
using Agent.Testing;
using Agent.Wire;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;

namespace Agent.EndToEnd.Torture;

/// <summary>A server on loopback that takes pushes and can be made to fail.</summary>
/// <remarks>
/// What it takes it always answers for: a change of the mode waits for requests that are under way. So what comes again was sent again
/// for a reason of the agent's own.
/// </remarks>
internal abstract class FaultySink : IAsyncDisposable
{
    protected const int LongestBody = 64 << 20;
    private static readonly TimeSpan StopPatience = TimeSpan.FromSeconds(10);
    private readonly Lock _gate = new();
    private readonly ConcurrentBag<(GrowableBuffer Body, GrowableBuffer Plain)> _buffers = [];
    private readonly List<string> _badRequests = [];
    private readonly SemaphoreSlim _failing = new(1);
    private readonly int _port = FreePort.Next();
    private volatile State _state = new(SinkMode.Ok);
    private Socket? _reserved;
    private WebApplication? _server;

    public SinkMode Mode => _state.Mode;

    /// <summary>Requests that were no correct ones.</summary>
    public IReadOnlyList<string> BadRequests
    {
        get
        {
            lock (_gate)
            {
                return [.. _badRequests];
            }
        }
    }

    /// <summary>Behaves so for a while, or until told to stop that, then takes everything again. One after the other.</summary>
    public async Task FailAsync(SinkMode mode, TimeSpan length, CancellationToken stop)
    {
        await _failing.WaitAsync(CancellationToken.None);
        try
        {
            await SwitchAsync(mode);
            await Task.Delay(length, TimeProvider.System, stop).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            await SwitchAsync(SinkMode.Ok);
        }
        finally
        {
            _failing.Release();
        }
    }

    protected string Address => $"http://127.0.0.1:{_port}";

    /// <summary>Held while a request is counted.</summary>
    protected Lock Gate => _gate;

    /// <summary>Counts a request; the status and the text to answer with. One at a time.</summary>
    /// <param name="body">As it came.</param>
    /// <param name="plain">Room to decompress it into.</param>
    /// <param name="refusesFirst">Whether its first entry is refused for good.</param>
    /// <param name="error">What is wrong with the request.</param>
    protected abstract (int Status, string? Text) Accept(ReadOnlySpan<byte> body, GrowableBuffer plain, bool refusesFirst, out string? error);

    private async Task SwitchAsync(SinkMode mode)
    {
        State before = _state;
        _state = new State(mode);
        // Lets hanging requests go.
        before.Changed.SetResult();
        if (mode == SinkMode.Down && before.Mode != SinkMode.Down)
        {
            await CloseAsync();
        }
        else if (mode != SinkMode.Down && before.Mode == SinkMode.Down)
        {
            await ListenAsync();
        }
    }

    public async ValueTask DisposeAsync()
    {
        State last = _state;
        _state = new State(SinkMode.Reset);
        last.Changed.TrySetResult();
        if (_server is not null)
        {
            await CloseAsync();
        }
        _reserved?.Dispose();
        _failing.Dispose();
    }

    protected async Task ListenAsync()
    {
        _server = LoopbackServer.Build(kestrel =>
        {
            kestrel.Limits.MaxRequestBodySize = LongestBody;
            kestrel.Limits.MinRequestBodyDataRate = null;
            kestrel.Listen(IPAddress.Loopback, _port);
        });
        _server.Run(HandleAsync);
        _reserved?.Dispose();
        _reserved = null;
        await _server.StartAsync();
    }

    private async Task CloseAsync()
    {
        WebApplication server = _server!;
        _server = null;
        using var patience = new CancellationTokenSource(StopPatience);
        await server.StopAsync(patience.Token);
        await server.DisposeAsync();
        // Bound and not listening: connections are refused, and the system gives the port to nobody else.
        _reserved = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        _reserved.Bind(new IPEndPoint(IPAddress.Loopback, _port));
    }

    private async Task HandleAsync(HttpContext http)
    {
        (GrowableBuffer body, GrowableBuffer plain) = _buffers.TryTake(out var pooled) ? pooled : (new GrowableBuffer(), new GrowableBuffer());
        try
        {
            await ReadAsync(http, body);
            State state = _state;
            switch (state.Mode)
            {
                case SinkMode.Ok or SinkMode.Refuse:
                    await AnswerAsync(http.Response, Accept(body.Written, plain, state.Mode == SinkMode.Refuse));
                    break;
                case SinkMode.TooManyRequests:
                    http.Response.Headers.RetryAfter = "1";
                    http.Response.StatusCode = StatusCodes.Status429TooManyRequests;
                    break;
                case SinkMode.Unavailable:
                    http.Response.StatusCode = StatusCodes.Status503ServiceUnavailable;
                    break;
                case SinkMode.Hang:
                    await state.Changed.Task.WaitAsync(http.RequestAborted);
                    http.Response.StatusCode = StatusCodes.Status503ServiceUnavailable;
                    break;
                default:
                    http.Abort();
                    break;
            }
        }
        catch (Exception gone) when (gone is OperationCanceledException or IOException or BadHttpRequestException)
        {
            // The client went: nothing of the request counts.
        }
        finally
        {
            body.Clear();
            plain.Clear();
            _buffers.Add((body, plain));
        }
    }

    private static async Task ReadAsync(HttpContext http, GrowableBuffer body)
    {
        int read;
        do
        {
            read = await http.Request.Body.ReadAsync(body.GetMemory(64 << 10), http.RequestAborted);
            body.Advance(read);
        }
        while (read > 0 && body.Length <= LongestBody);
    }

    private static async Task AnswerAsync(HttpResponse response, (int Status, string? Text) answer)
    {
        response.StatusCode = answer.Status;
        if (answer.Text is not null)
        {
            await response.Body.WriteAsync(Encoding.UTF8.GetBytes(answer.Text), CancellationToken.None);
        }
    }

    private (int Status, string? Text) Accept(ReadOnlySpan<byte> body, GrowableBuffer plain, bool refusesFirst)
    {
        lock (_gate)
        {
            (int Status, string? Text) answer = Accept(body, plain, refusesFirst, out string? error);
            if (error is null)
            {
                return answer;
            }
            _badRequests.Add(error);
            return (StatusCodes.Status400BadRequest, error);
        }
    }

    private sealed record State(SinkMode Mode)
    {
        public TaskCompletionSource Changed { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }
}
