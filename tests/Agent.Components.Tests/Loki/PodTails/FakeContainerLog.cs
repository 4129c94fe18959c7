using System.Collections.Concurrent;
using System.Globalization;
using System.Text;
using Agent.Testing.Kubernetes;
using Microsoft.AspNetCore.Http;

namespace Agent.Components.Tests.Loki.PodTails;

/// <summary>The log of a container as a kubelet serves it: the lines of its runs in the order in which they were written, each with its time.</summary>
internal sealed class FakeContainerLog
{
    private readonly Lock _gate = new();
    private readonly List<(int Run, long Time, string Text)> _lines = [];
    private TaskCompletionSource _changed = New();

    /// <summary>Restarts so far.</summary>
    public int Restarts { get; private set; }

    public bool IsRunning { get; private set; } = true;

    /// <summary>Answers, in order, end after so many bytes; negative ones end in peace.</summary>
    public ConcurrentQueue<int> Ends { get; } = [];

    /// <summary>What is sent instead of a log, once each.</summary>
    public ConcurrentQueue<string> Instead { get; } = [];

    /// <summary>Queries of the requests so far.</summary>
    public ConcurrentQueue<string> Requests { get; } = [];

    /// <summary>Writes a line; no line break is put behind one that is not whole.</summary>
    public void Write(long time, string text, bool isWhole = true)
    {
        lock (_gate)
        {
            _lines.Add((Restarts, time, isWhole ? text + "\n" : text));
            Change();
        }
    }

    public void End()
    {
        lock (_gate)
        {
            IsRunning = false;
            Change();
        }
    }

    public void Restart()
    {
        lock (_gate)
        {
            Restarts++;
            IsRunning = true;
            Change();
        }
    }

    public static string Text(long time) =>
        DateTimeOffset.UnixEpoch.AddTicks(time / 100).ToString("yyyy-MM-ddTHH:mm:ss.fffffff", CultureInfo.InvariantCulture) + $"{time % 100:D2}Z";

    public async Task SendAsync(FakeLogRequest request, HttpContext http)
    {
        Requests.Enqueue(http.Request.QueryString.Value!);
        int run = request.Previous ? Restarts - 1 : Restarts;
        if (run < 0)
        {
            http.Response.StatusCode = 400;
            return;
        }
        await http.Response.StartAsync();
        if (Instead.TryDequeue(out string? instead))
        {
            await http.Response.WriteAsync(instead);
            return;
        }
        long since = request.SinceTime.Length > 0
            ? DateTimeOffset.Parse(request.SinceTime, CultureInfo.InvariantCulture).ToUnixTimeSeconds() * 1_000_000_000
            : 0;
        int left = Ends.TryDequeue(out int end) ? end : int.MaxValue;
        for (int next = 0; ;)
        {
            (List<(int Run, long Time, string Text)> lines, bool isOver, Task changed) = Look(ref next, run);
            foreach ((_, long time, string text) in lines.Where(line => line.Run == run && line.Time >= since))
            {
                byte[] bytes = Encoding.UTF8.GetBytes($"{Text(time)} {text}");
                int room = Math.Abs(left);
                await http.Response.Body.WriteAsync(bytes.AsMemory(0, Math.Min(bytes.Length, room)));
                if (left != int.MaxValue && bytes.Length >= room)
                {
                    await http.Response.Body.FlushAsync();
                    EndAnswer(http, isPeaceful: left < 0);
                    return;
                }
                left = left == int.MaxValue ? left : left > 0 ? left - bytes.Length : left + bytes.Length;
            }
            await http.Response.Body.FlushAsync();
            if (isOver || !request.Follow)
            {
                return;
            }
            await changed.WaitAsync(http.RequestAborted);
        }
    }

    private static void EndAnswer(HttpContext http, bool isPeaceful)
    {
        if (!isPeaceful)
        {
            http.Abort();
        }
    }

    private static TaskCompletionSource New() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    private (List<(int Run, long Time, string Text)> Lines, bool IsOver, Task Changed) Look(ref int next, int run)
    {
        lock (_gate)
        {
            var lines = _lines[next..];
            next = _lines.Count;
            return (lines, run < Restarts || !IsRunning, _changed.Task);
        }
    }

    private void Change()
    {
        _changed.TrySetResult();
        _changed = New();
    }
}
