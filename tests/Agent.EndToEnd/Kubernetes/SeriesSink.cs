using System.Collections.Concurrent;
using System.Net;
using System.Text;
using Agent.Testing;
using Agent.Wire;
using Agent.Wire.Exposition;
using Agent.Wire.RemoteWrite;
using Agent.Wire.Snappy;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;

namespace Agent.EndToEnd.Kubernetes;

/// <summary>A remote write receiver on loopback that remembers which series came for which tenant.</summary>
internal sealed class SeriesSink : IAsyncDisposable
{
    private const int LongestBody = 64 << 20;
    private readonly int _port = FreePort.Next();
    private readonly WebApplication _server;

    private SeriesSink()
    {
        _server = LoopbackServer.Build(kestrel => kestrel.Listen(IPAddress.Loopback, _port));
        _server.Run(TakeAsync);
    }

    public string Url => $"http://127.0.0.1:{_port}/api/v1/push";

    /// <summary>Tenant and labels of each series of each request.</summary>
    public ConcurrentQueue<(string Tenant, string Series)> Series { get; } = [];

    public static async Task<SeriesSink> StartAsync()
    {
        var sink = new SeriesSink();
        await sink._server.StartAsync();
        return sink;
    }

    public ValueTask DisposeAsync() => _server.EndAsync();

    private async Task TakeAsync(HttpContext http)
    {
        using var body = new MemoryStream();
        await http.Request.Body.CopyToAsync(body, http.RequestAborted);
        http.Response.StatusCode = Take(http.Request.Headers["X-Scope-OrgID"].ToString(), body.GetBuffer().AsSpan(0, (int)body.Length))
            ? StatusCodes.Status204NoContent
            : StatusCodes.Status400BadRequest;
    }

    private bool Take(string tenant, ReadOnlySpan<byte> body)
    {
        using var plain = new GrowableBuffer();
        using var labels = new SeriesLabels();
        var scratch = new WriteRequestScratch();
        if (!SnappyDecoder.TryDecompress(body, LongestBody, plain)
            || !WriteRequestReader.TryOpen(plain.Written, WriteVersion.V1, scratch, out WriteRequestReader request, out _))
        {
            return false;
        }
        foreach (WriteSeriesView view in request)
        {
            view.ReadLabels(labels);
            Series.Enqueue((tenant, GoldenTargets.Text(Enumerable.Range(0, labels.Count).Select(
                at => KeyValuePair.Create(Encoding.UTF8.GetString(labels.Name(at)), Encoding.UTF8.GetString(labels.Value(at)))))));
        }
        return true;
    }
}
