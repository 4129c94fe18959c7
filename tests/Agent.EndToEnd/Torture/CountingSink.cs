using System.Collections.Concurrent;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;
using Agent.Wire;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;

namespace Agent.EndToEnd.Torture;

/// <summary>Loki's push API on loopback that counts what comes and can be made to fail.</summary>
/// <remarks>
/// What it takes it always answers for: a change of the mode waits for requests that are under way. So an entry that comes again
/// was sent again for a reason of the agent's own.
/// </remarks>
internal sealed class CountingSink : IAsyncDisposable
{
    private const int LongestBody = 64 << 20;
    private static readonly TimeSpan StopPatience = TimeSpan.FromSeconds(10);
    private readonly Lock _gate = new();
    private readonly ArrivalLedger _ledger = new();
    private readonly ConcurrentBag<(GrowableBuffer Body, GrowableBuffer Plain)> _buffers = [];
    private readonly List<string> _badRequests = [];
    private readonly SemaphoreSlim _failing = new(1);
    private readonly int _port = FreePort.Next();
    private volatile State _state = new(SinkMode.Ok);
    private Socket? _reserved;
    private WebApplication? _server;
    private int _mostEntries;

    private CountingSink()
    {
    }

    public string Url => $"http://127.0.0.1:{_port}/loki/api/v1/push";

    public SinkMode Mode => _state.Mode;

    /// <summary>Most entries that one request brought.</summary>
    public int MostEntries => Volatile.Read(ref _mostEntries);

    public static async Task<CountingSink> StartAsync()
    {
        var sink = new CountingSink();
        await sink.ListenAsync();
        return sink;
    }

    /// <summary>Reads what was counted.</summary>
    public T Read<T>(Func<ArrivalLedger, T> read)
    {
        lock (_gate)
        {
            return read(_ledger);
        }
    }

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

    private async Task ListenAsync()
    {
        WebApplicationBuilder builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel =>
        {
            kestrel.Limits.MaxRequestBodySize = LongestBody;
            kestrel.Limits.MinRequestBodyDataRate = null;
            kestrel.Listen(IPAddress.Loopback, _port);
        });
        _server = builder.Build();
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
            var request = new SinkRequest(_ledger, refusesFirst);
            if (request.Read(body, plain, LongestBody) is { } error)
            {
                _badRequests.Add(error);
                return (StatusCodes.Status400BadRequest, error);
            }
            Volatile.Write(ref _mostEntries, Math.Max(_mostEntries, request.Entries));
            return request.Entries > 0 && refusesFirst
                ? (StatusCodes.Status400BadRequest, Rejection(request.Entries))
                : (StatusCodes.Status204NoContent, null);
        }
    }

    /// <summary>In the ingester's words.</summary>
    private static string Rejection(int entries) => string.Create(
        CultureInfo.InvariantCulture,
        $"entry with timestamp 2026-05-04 03:02:01 +0000 UTC ignored, reason: 'entry too far behind, entry timestamp is: 2026-05-04T03:02:01Z, oldest acceptable timestamp is: 2026-05-04T04:02:01Z',\nuser 'fake', total ignored: 1 out of {entries} for stream: {{job=\"torture\"}}");

    private sealed record State(SinkMode Mode)
    {
        public TaskCompletionSource Changed { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }
}
