using System.Text;
using Agent.Components.Common.Http;
using Agent.Testing;
using Agent.Wire;
using Agent.Wire.LokiPush;
using Agent.Wire.Snappy;
using Microsoft.AspNetCore.Http;

namespace Agent.Components.Tests.Loki;

public sealed record SinkEntry(string Stream, long Timestamp, string Line, string Metadata);

public sealed record SinkRequest(string Path, IReadOnlyDictionary<string, string> Headers, IReadOnlyList<SinkEntry> Entries)
{
    public IEnumerable<string> Lines => Entries.Select(static entry => entry.Line);
}

/// <summary>A push API on loopback that remembers what it got and answers as it is told.</summary>
internal sealed class LokiSink : IAsyncDisposable
{
    private readonly Lock _gate = new();
    private readonly List<SinkRequest> _requests = [];
    private HttpListenerHost? _host;
    private string _scheme = "http";

    /// <summary>Decides the status of the n-th request, n from 1. One that writes a text sets the status first.</summary>
    public Func<int, HttpContext, Task<int>> Answer { get; set; } = static (_, _) => Task.FromResult(204);

    public string Url => $"{_scheme}://localhost:{_host!.Port}/loki/api/v1/push";

    public IReadOnlyList<SinkRequest> Requests
    {
        get
        {
            lock (_gate)
            {
                return [.. _requests];
            }
        }
    }

    public IEnumerable<string> Lines => Requests.SelectMany(static request => request.Lines);

    public static async Task<LokiSink> StartAsync(TlsServerOptions? tls = null)
    {
        var sink = new LokiSink { _scheme = tls is null ? "http" : "https" };
        var options = new HttpServerOptions { ListenAddress = "localhost", ListenPort = 0, Tls = tls };
        sink._host = await HttpListenerHost.StartAsync(options, 64 << 20, sink.HandleAsync, CancellationToken.None);
        return sink;
    }

    public Task WaitForAsync(int requests) => Eventually.TrueAsync(() => Requests.Count >= requests);

    public async ValueTask DisposeAsync()
    {
        using var now = new CancellationTokenSource();
        await now.CancelAsync();
        await _host!.StopAsync(now.Token);
        await _host.DisposeAsync();
    }

    private async Task HandleAsync(HttpContext http)
    {
        using var body = new MemoryStream();
        await http.Request.Body.CopyToAsync(body);
        int number;
        lock (_gate)
        {
            _requests.Add(new SinkRequest(
                http.Request.Path, http.Request.Headers.ToDictionary(h => h.Key, h => h.Value.ToString()), Decode(body.ToArray())));
            number = _requests.Count;
        }
        int status = await Answer(number, http);
        if (!http.Response.HasStarted)
        {
            http.Response.StatusCode = status;
        }
    }

    private static List<SinkEntry> Decode(byte[] body)
    {
        List<SinkEntry> entries = [];
        using var plain = new GrowableBuffer();
        Assert.True(SnappyDecoder.TryDecompress(body, 64 << 20, plain));
        Assert.True(LokiPushReader.TryOpen(plain.Written, out LokiPushReader streams, out string? error), error);
        foreach (LokiStreamView stream in streams)
        {
            string labels = Encoding.UTF8.GetString(stream.Labels);
            foreach (LokiEntryView entry in stream.Entries)
            {
                string metadata = "";
                foreach (LokiMetadataView pair in entry.Metadata)
                {
                    metadata += $"{Encoding.UTF8.GetString(pair.Name)}={Encoding.UTF8.GetString(pair.Value)};";
                }
                entries.Add(new SinkEntry(labels, entry.Timestamp.ToUnixNanos(), Encoding.UTF8.GetString(entry.Line), metadata));
            }
        }
        return entries;
    }
}
