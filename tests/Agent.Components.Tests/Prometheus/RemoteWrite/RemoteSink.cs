using System.Globalization;
using System.Text;
using Agent.Components.Common.Http;
using Agent.Telemetry.Metrics;
using Agent.Testing;
using Agent.Wire;
using Agent.Wire.Exposition;
using Agent.Wire.RemoteWrite;
using Agent.Wire.Snappy;
using Microsoft.AspNetCore.Http;

namespace Agent.Components.Tests.Prometheus.RemoteWrite;

public sealed record SinkSample(string Labels, double Value, long Timestamp);

public sealed record SinkRequest(IReadOnlyDictionary<string, string> Headers, IReadOnlyList<SinkSample> Samples)
{
    /// <summary>Labels, schema and time.</summary>
    public List<string> Histograms { get; } = [];

    /// <summary>Labels of the series, those of the exemplar, value.</summary>
    public List<string> Exemplars { get; } = [];

    /// <summary>Family (version 1) or labels (version 2), type and help text.</summary>
    public List<string> Metadata { get; } = [];

    public WriteVersion Version { get; init; }

    public IEnumerable<string> Texts =>
        Samples.Select(static s => string.Create(CultureInfo.InvariantCulture, $"{s.Labels} {s.Value} {s.Timestamp}"));
}

/// <summary>A remote write receiver on loopback that remembers what it got and answers as it is told.</summary>
internal sealed class RemoteSink : IAsyncDisposable
{
    private readonly Lock _gate = new();
    private readonly List<SinkRequest> _requests = [];
    private HttpListenerHost? _host;

    /// <summary>Decides the status of the n-th request, n from 1.</summary>
    public Func<int, HttpContext, Task<int>> Answer { get; set; } = static (_, _) => Task.FromResult(204);

    /// <summary>Whether requests of version 2 are answered with how much was written.</summary>
    public bool KnowsSecond { get; set; } = true;

    public string Url => $"http://localhost:{_host!.Port}/api/v1/push";

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

    public IEnumerable<SinkSample> Samples => Requests.SelectMany(static request => request.Samples);

    public IEnumerable<string> Texts => Requests.SelectMany(static request => request.Texts);

    public static async Task<RemoteSink> StartAsync()
    {
        var sink = new RemoteSink();
        var options = new HttpServerOptions { ListenAddress = "localhost", ListenPort = 0 };
        sink._host = await HttpListenerHost.StartAsync(options, 64 << 20, sink.HandleAsync, CancellationToken.None);
        return sink;
    }

    public Task WaitForAsync(int samples) => Eventually.TrueAsync(() => Samples.Count() >= samples);

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
        SinkRequest request = Decode(http.Request.Headers.ToDictionary(h => h.Key, h => h.Value.ToString()), body.ToArray());
        int number;
        lock (_gate)
        {
            _requests.Add(request);
            number = _requests.Count;
        }
        int status = await Answer(number, http);
        if (!http.Response.HasStarted)
        {
            if (request.Version == WriteVersion.V2 && KnowsSecond && status / 100 == 2)
            {
                http.Response.Headers["X-Prometheus-Remote-Write-Samples-Written"] = $"{request.Samples.Count}";
            }
            http.Response.StatusCode = status;
        }
    }

    private static SinkRequest Decode(Dictionary<string, string> headers, byte[] body)
    {
        using var plain = new GrowableBuffer();
        Assert.True(SnappyDecoder.TryDecompress(body, 64 << 20, plain));
        Assert.True(WriteProtocol.TryVersion(headers["Content-Type"], out WriteVersion version));
        Assert.True(WriteRequestReader.TryOpen(plain.Written, version, new WriteRequestScratch(), out WriteRequestReader read, out string? error), error);
        List<SinkSample> samples = [];
        var request = new SinkRequest(headers, samples) { Version = version };
        using var labels = new SeriesLabels();
        foreach (WriteSeriesView series in read)
        {
            series.ReadLabels(labels);
            string text = TextOf(labels);
            foreach (WriteSample sample in series.Samples)
            {
                samples.Add(new SinkSample(text, sample.Value, sample.Timestamp));
            }
            ReadRest(series, text, request);
        }
        foreach (WriteMetadataView metadata in read.Metadata)
        {
            request.Metadata.Add($"{Encoding.UTF8.GetString(metadata.Family)} {metadata.Type} {Encoding.UTF8.GetString(metadata.Help)}");
        }
        return request;
    }

    private static void ReadRest(WriteSeriesView series, string text, SinkRequest request)
    {
        var histogram = new HistogramBuffer();
        int position = 0;
        while (series.TryReadHistogram(ref position, histogram, out HistogramTimes times))
        {
            request.Histograms.Add(string.Create(
                CultureInfo.InvariantCulture, $"{text} schema {histogram.Head.Schema} count {histogram.Head.Count} sum {histogram.Head.Sum} {times.Timestamp}"));
        }
        using var exemplar = new ExemplarBuffer();
        position = 0;
        while (series.TryReadExemplar(ref position, exemplar))
        {
            request.Exemplars.Add(string.Create(CultureInfo.InvariantCulture, $"{text} {TextOf(exemplar.Labels)} {exemplar.Value}"));
        }
        if (series.TryReadMetadata(out WriteMetadataView metadata))
        {
            request.Metadata.Add($"{text} {metadata.Type} {Encoding.UTF8.GetString(metadata.Help)}");
        }
    }

    private static string TextOf(SeriesLabels labels)
    {
        var text = new StringBuilder("{");
        for (int i = 0; i < labels.Count; i++)
        {
            text.Append(i > 0 ? "," : "").Append(Encoding.UTF8.GetString(labels.Name(i))).Append('=').Append(Encoding.UTF8.GetString(labels.Value(i)));
        }
        return text.Append('}').ToString();
    }
}
