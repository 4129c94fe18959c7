using System.Collections.Concurrent;
using Microsoft.AspNetCore.Http;

namespace Agent.Testing.Kubernetes;

/// <summary>What goes wrong between the fake server and its clients.</summary>
internal sealed class FakeFaults : IDisposable
{
    private readonly Lock _gate = new();
    private readonly HashSet<(string Resource, string Verb, string? Namespace)> _denied = [];
    private readonly List<CancellationTokenSource> _retired = [];
    private CancellationTokenSource _connections = new();
    private CancellationTokenSource _watches = new();
    private TaskCompletionSource? _partition;

    public string? Token { get; set; }

    public bool ServesHtml { get; set; }

    public int HtmlStatus { get; set; } = 200;

    /// <summary>Expired watches are answered with the status 410 instead of an event that says so.</summary>
    public bool ExpiresByStatus { get; set; }

    public Func<FakeRequest, int, int?>? BreaksIn { get; set; }

    /// <summary>What was answered with 410, in whatever way.</summary>
    public ConcurrentQueue<FakeRequest> Expiries { get; } = [];

    public ConcurrentQueue<(string Verb, int Bytes)> Truncations { get; } = [];

    public ConcurrentQueue<(int Status, string Body)> Failures { get; } = [];

    /// <summary>Cancelled when connections are dropped.</summary>
    public CancellationToken Connections => _connections.Token;

    /// <summary>Cancelled when watches end as they do after their timeout.</summary>
    public CancellationToken Watches => _watches.Token;

    /// <summary>Completes at once, or when the partition is over.</summary>
    public Task Reachable => _partition?.Task ?? Task.CompletedTask;

    public void Deny(string resource, string verb, string? inNamespace)
    {
        lock (_gate)
        {
            _denied.Add((resource, verb, inNamespace));
        }
    }

    public void Allow()
    {
        lock (_gate)
        {
            _denied.Clear();
        }
    }

    public bool Denies(FakeRequest request)
    {
        lock (_gate)
        {
            return _denied.Contains((request.Resource, request.Verb, null)) || _denied.Contains((request.Resource, request.Verb, request.Namespace));
        }
    }

    public void DropConnections() => Retire(ref _connections);

    public void EndWatches() => Retire(ref _watches);

    public void Partition() => _partition ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);

    public void Heal() => Interlocked.Exchange(ref _partition, null)?.TrySetResult();

    public void Dispose()
    {
        DropConnections();
        EndWatches();
        Heal();
        _connections.Dispose();
        _watches.Dispose();
        _retired.ForEach(static source => source.Dispose());
    }

    /// <summary>How many bytes of this answer come before the connection breaks; null for all.</summary>
    public int? TruncationOf(FakeRequest request) =>
        Truncations.TryPeek(out (string Verb, int Bytes) next) && next.Verb == request.Verb && Truncations.TryDequeue(out next) ? next.Bytes : null;

    private void Retire(ref CancellationTokenSource source)
    {
        CancellationTokenSource before;
        lock (_gate)
        {
            before = source;
            source = new CancellationTokenSource();
            // Requests still hold its token.
            _retired.Add(before);
        }
        before.Cancel();
    }
}

/// <summary>Writes an answer through whatever is wrong with the way to the client, and counts it.</summary>
internal sealed class FakeBody(HttpContext http, FakeRequest request, FakeFaults faults, Action<int> count)
{
    private int _left = faults.TruncationOf(request) ?? int.MaxValue;

    public async Task WriteAsync(ReadOnlyMemory<byte> bytes)
    {
        await faults.Reachable.WaitAsync(http.RequestAborted);
        _left = Math.Min(_left, faults.BreaksIn?.Invoke(request, bytes.Length) ?? int.MaxValue);
        ReadOnlyMemory<byte> sent = bytes[..Math.Min(bytes.Length, _left)];
        await http.Response.Body.WriteAsync(sent, http.RequestAborted);
        await http.Response.Body.FlushAsync(http.RequestAborted);
        count(sent.Length);
        if (_left != int.MaxValue && (_left -= sent.Length) == 0)
        {
            http.Abort();
            throw new OperationCanceledException("the answer was to break here");
        }
    }
}
