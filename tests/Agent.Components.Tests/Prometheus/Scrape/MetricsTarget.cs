using System.IO.Compression;
using System.Text;
using Agent.Components.Common.Http;
using Agent.Telemetry;
using Microsoft.AspNetCore.Http;

namespace Agent.Components.Tests.Prometheus.Scrape;

/// <summary>A target on loopback that answers as it is told.</summary>
internal sealed class MetricsTarget : IAsyncDisposable
{
    private readonly Lock _gate = new();
    private readonly List<(string Path, IReadOnlyDictionary<string, string> Headers)> _requests = [];
    private HttpListenerHost? _host;

    public string Text { get; set; } = "";

    public string? ContentType { get; set; } = "text/plain; version=0.0.4";

    /// <summary>Takes the place of <see cref="Text"/>.</summary>
    public Func<HttpContext, Task>? Answer { get; set; }

    public string Address => $"127.0.0.1:{_host!.Port}";

    public IReadOnlyList<(string Path, IReadOnlyDictionary<string, string> Headers)> Requests
    {
        get
        {
            lock (_gate)
            {
                return [.. _requests];
            }
        }
    }

    public static async Task<MetricsTarget> StartAsync(string text = "")
    {
        var target = new MetricsTarget { Text = text };
        var options = new HttpServerOptions { ListenAddress = "127.0.0.1", ListenPort = 0 };
        target._host = await HttpListenerHost.StartAsync(options, 1 << 20, target.HandleAsync, CancellationToken.None);
        return target;
    }

    public Target With(params (string Name, string Value)[] labels) =>
        new(LabelSet.From([KeyValuePair.Create("__address__", Address), .. labels.Select(static l => KeyValuePair.Create(l.Name, l.Value))]));

    public static byte[] Gzip(byte[] bytes)
    {
        using var packed = new MemoryStream();
        using (var gzip = new GZipStream(packed, CompressionLevel.Fastest))
        {
            gzip.Write(bytes);
        }
        return packed.ToArray();
    }

    public async ValueTask DisposeAsync()
    {
        using var now = new CancellationTokenSource();
        await now.CancelAsync();
        await _host!.StopAsync(now.Token);
        await _host.DisposeAsync();
    }

    private async Task HandleAsync(HttpContext http)
    {
        lock (_gate)
        {
            _requests.Add((http.Request.Path + http.Request.QueryString, http.Request.Headers.ToDictionary(h => h.Key, h => h.Value.ToString())));
        }
        if (Answer is { } answer)
        {
            await answer(http);
            return;
        }
        http.Response.ContentType = ContentType;
        await http.Response.Body.WriteAsync(Encoding.UTF8.GetBytes(Text));
    }
}
