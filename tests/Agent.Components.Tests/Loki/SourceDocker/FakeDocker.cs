using System.Buffers.Binary;
using System.Collections.Concurrent;
using System.Globalization;
using System.Text;
using Agent.Testing;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;

namespace Agent.Components.Tests.Loki.SourceDocker;

/// <summary>A container of the fake daemon: a log of messages, each with a time, an output and bytes.</summary>
internal sealed class FakeContainer
{
    private readonly Lock _gate = new();
    private readonly List<(long Time, byte Stream, byte[] Content)> _messages = [];
    private TaskCompletionSource _changed = New();

    public bool HasTerminal { get; init; }

    public bool IsRunning { get; private set; } = true;

    public string FinishedAt { get; private set; } = "0001-01-01T00:00:00Z";

    /// <summary>Requests for the log so far, by what they said of `since`.</summary>
    public ConcurrentQueue<string> Requests { get; } = [];

    /// <summary>What is sent instead of the log, once each: bytes, and then the connection breaks.</summary>
    public ConcurrentQueue<byte[]> Broken { get; } = [];

    /// <summary>The log breaks off, once, after so many bytes.</summary>
    public int? BreakAfter { get; set; }

    /// <param name="time">Nanoseconds.</param>
    /// <param name="text">A message; a line break is put behind it unless it is a part.</param>
    /// <param name="stream">1 or 2.</param>
    /// <param name="isPart">More of the line follows.</param>
    public void Write(long time, string text, byte stream = 1, bool isPart = false)
    {
        lock (_gate)
        {
            _messages.Add((time, stream, Encoding.UTF8.GetBytes(isPart ? text : text + (HasTerminal ? "\r\n" : "\n"))));
            Change();
        }
    }

    public void End(string finishedAt)
    {
        lock (_gate)
        {
            IsRunning = false;
            FinishedAt = finishedAt;
            Change();
        }
    }

    public void Restart()
    {
        lock (_gate)
        {
            IsRunning = true;
            Change();
        }
    }

    public static string Text(long time) =>
        DateTimeOffset.UnixEpoch.AddTicks(time / 100).ToString("yyyy-MM-ddTHH:mm:ss.fffffff", CultureInfo.InvariantCulture) + $"{time % 100:D2}Z";

    public static byte[] Frame(byte stream, byte[] payload)
    {
        byte[] frame = new byte[8 + payload.Length];
        frame[0] = stream;
        BinaryPrimitives.WriteInt32BigEndian(frame.AsSpan(4), payload.Length);
        payload.CopyTo(frame, 8);
        return frame;
    }

    public async Task SendAsync(HttpContext http)
    {
        string since = http.Request.Query["since"].ToString();
        Requests.Enqueue(since);
        await http.Response.StartAsync();
        await http.Response.Body.FlushAsync();
        if (Broken.TryDequeue(out byte[]? broken))
        {
            await http.Response.Body.WriteAsync(broken);
            await http.Response.Body.FlushAsync();
            return;
        }
        int sent = 0;
        long from = Nanoseconds(since);
        for (int next = 0; ;)
        {
            (List<(long Time, byte Stream, byte[] Content)> messages, bool isRunning, Task changed) = Look(ref next);
            foreach ((long time, byte stream, byte[] content) in messages.Where(message => message.Time >= from))
            {
                byte[] payload = [.. Encoding.ASCII.GetBytes(Text(time) + " "), .. content];
                byte[] bytes = HasTerminal ? payload : Frame(stream, payload);
                if (BreakAfter is { } limit && sent + bytes.Length > limit)
                {
                    BreakAfter = null;
                    await http.Response.Body.WriteAsync(bytes.AsMemory(0, limit - sent));
                    return;
                }
                sent += bytes.Length;
                await http.Response.Body.WriteAsync(bytes);
            }
            await http.Response.Body.FlushAsync();
            if (!isRunning)
            {
                return;
            }
            await changed.WaitAsync(http.RequestAborted);
        }
    }

    private static TaskCompletionSource New() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    private static long Nanoseconds(string since)
    {
        string[] parts = since.Split('.');
        return (long.Parse(parts[0], CultureInfo.InvariantCulture) * 1_000_000_000) + (parts.Length > 1 ? long.Parse(parts[1], CultureInfo.InvariantCulture) : 0);
    }

    private (List<(long Time, byte Stream, byte[] Content)> Messages, bool IsRunning, Task Changed) Look(ref int next)
    {
        lock (_gate)
        {
            var messages = _messages[next..];
            next = _messages.Count;
            return (messages, IsRunning, _changed.Task);
        }
    }

    private void Change()
    {
        _changed.TrySetResult();
        _changed = New();
    }
}

/// <summary>The two requests of the Docker Engine API that the component makes, on loopback or on a Unix socket.</summary>
internal sealed class FakeDocker : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly CancellationTokenSource _ending = new();

    private FakeDocker(WebApplication app) => _app = app;

    public ConcurrentDictionary<string, FakeContainer> Containers { get; } = new();

    public string Url => _app.Urls.First();

    public static async Task<FakeDocker> StartAsync(string? socket = null)
    {
        var docker = new FakeDocker(LoopbackServer.BuildAt(socket));
        docker._app.Run(docker.AnswerAsync);
        await docker._app.StartAsync();
        return docker;
    }

    public async ValueTask DisposeAsync()
    {
        await _ending.CancelAsync();
        await _app.DisposeAsync();
        _ending.Dispose();
    }

    private async Task AnswerAsync(HttpContext http)
    {
        string[] path = http.Request.Path.Value!.Split('/');
        if (path is not ["", "containers", var id, var what] || !Containers.TryGetValue(id, out FakeContainer? container))
        {
            http.Response.StatusCode = 404;
            await http.Response.WriteAsync("{\"message\":\"No such container\"}");
            return;
        }
        if (what == "json")
        {
            await http.Response.WriteAsync(
                $$$"""{"Id":"{{{id}}}","State":{"Running":{{{(container.IsRunning ? "true" : "false")}}},"FinishedAt":"{{{container.FinishedAt}}}"},"Config":{"Tty":{{{(container.HasTerminal ? "true" : "false")}}}}}""");
            return;
        }
        await using CancellationTokenRegistration registration = _ending.Token.Register(http.Abort);
        try
        {
            await container.SendAsync(http);
        }
        catch (OperationCanceledException)
        {
            // The client or the daemon is gone.
        }
    }
}
