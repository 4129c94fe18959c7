using System.Collections.Concurrent;
using System.Globalization;
using Microsoft.AspNetCore.Http;

namespace Agent.Components.Tests.Discovery.Consul;

/// <summary>The three requests of Consul's API that are needed, with waits for what is newer than an index.</summary>
internal sealed class FakeConsul
{
    private readonly Lock _gate = new();
    private readonly Dictionary<string, (string Json, ulong Index)> _answers = new(StringComparer.Ordinal);
    private TaskCompletionSource _changed = New();
    private ulong _index = 10;

    /// <summary>Answers everything with this status, other than 200.</summary>
    public int Status { get; set; } = 200;

    public ConcurrentQueue<string> Tokens { get; } = [];

    /// <summary>Sets what a path answers.</summary>
    public void Set(string path, string json)
    {
        lock (_gate)
        {
            _answers[path] = (json, ++_index);
            TaskCompletionSource changed = _changed;
            _changed = New();
            changed.SetResult();
        }
    }

    /// <summary>All indexes begin anew, as after a restart of the cluster.</summary>
    public void Restart()
    {
        lock (_gate)
        {
            _index = 1;
            foreach (string path in _answers.Keys.ToList())
            {
                _answers[path] = (_answers[path].Json, 1);
            }
        }
    }

    public async Task AnswerAsync(HttpContext http)
    {
        Tokens.Enqueue(http.Request.Headers["X-Consul-Token"].ToString());
        ulong seen = ulong.TryParse(http.Request.Query["index"], CultureInfo.InvariantCulture, out ulong index) ? index : 0;
        while (Status == 200)
        {
            (string Json, ulong Index) answer;
            Task changed;
            lock (_gate)
            {
                if (!_answers.TryGetValue(http.Request.Path.Value!, out answer))
                {
                    break;
                }
                changed = _changed.Task;
            }
            if (answer.Index != seen)
            {
                http.Response.Headers["X-Consul-Index"] = answer.Index.ToString(CultureInfo.InvariantCulture);
                await FakeHttpServer.JsonAsync(http, answer.Json);
                return;
            }
            await changed.WaitAsync(http.RequestAborted);
        }
        http.Response.StatusCode = Status == 200 ? 404 : Status;
        await http.Response.WriteAsync("no such thing");
    }

    private static TaskCompletionSource New() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
