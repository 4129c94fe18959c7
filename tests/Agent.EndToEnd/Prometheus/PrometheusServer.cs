using System.Collections.Immutable;
using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using Agent.Testing;
using Agent.Wire;
using Agent.Wire.Protobuf;
using Agent.Wire.Snappy;

namespace Agent.EndToEnd.Prometheus;

/// <summary>A Prometheus of its own, with an empty folder for its data, that takes remote write.</summary>
internal sealed class PrometheusServer : IAsyncDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("invar-prometheus-");
    private readonly HttpClient _client = new();
    private readonly Uri _address = new($"http://127.0.0.1:{FreePort.Next()}");
    private readonly Process _process;
    private ImmutableList<string> _lines = [];

    private PrometheusServer(string scrapes)
    {
        string configuration = Path.Combine(_folder.FullName, "prometheus.yml");
        File.WriteAllText(configuration, $"storage:\n  exemplars:\n    max_exemplars: 1000\nscrape_configs: {scrapes}\n");
        _process = Peer.Start(
            Peer.Prometheus,
            [
                $"--config.file={configuration}", $"--storage.tsdb.path={Path.Combine(_folder.FullName, "data")}",
                $"--web.listen-address={_address.Authority}", "--web.enable-remote-write-receiver",
                "--enable-feature=exemplar-storage,native-histograms", "--log.level=warn",
            ],
            line => ImmutableInterlocked.Update(ref _lines, static (lines, added) => lines.Add(added), line));
    }

    public string WriteUrl => new Uri(_address, "/api/v1/write").ToString();

    /// <param name="scrapes">What it scrapes itself, as YAML.</param>
    public static async Task<PrometheusServer> StartAsync(string scrapes = "[]")
    {
        var server = new PrometheusServer(scrapes);
        try
        {
            await Eventually.TrueAsync(server.IsReadyAsync, () => $"Prometheus is not ready; it wrote:\n{server.Output}");
            await server.BeginAsync();
        }
        catch (Exception failed) when (failed is TimeoutException or HttpRequestException)
        {
            await server.DisposeAsync();
            throw;
        }
        return server;
    }

    /// <summary>An endpoint of its API, such as <c>targets</c>: what stands under <c>data</c>.</summary>
    public async Task<JsonElement> DataAsync(string path)
    {
        string text = await _client.GetStringAsync(new Uri(_address, $"/api/v1/{path}"));
        using JsonDocument answer = JsonDocument.Parse(text);
        Assert.True(answer.RootElement.GetProperty("status").GetString() == "success", text);
        return answer.RootElement.GetProperty("data").Clone();
    }

    /// <summary>What an instant query gives now.</summary>
    public async Task<IReadOnlyList<QueriedSeries>> QueryAsync(string query)
    {
        JsonElement data = await DataAsync($"query?query={Uri.EscapeDataString(query)}");
        return [.. data.GetProperty("result").EnumerateArray().Select(static series => new QueriedSeries(series))];
    }

    /// <summary>The value of the one series that a query gives; null where it gives none or several.</summary>
    public async Task<double?> ValueAsync(string query) =>
        await QueryAsync(query) is [QueriedSeries { Values: [(_, double value)] }] ? value : null;

    public Task ValueIsAsync(double wanted, string query)
    {
        double? last = null;
        return Eventually.TrueAsync(async () => (last = await ValueAsync(query)) is { } value && value.Equals(wanted), () => $"{query} is {last}, not {wanted}");
    }

    /// <summary>Waits until a query gives as many series.</summary>
    public Task CountIsAsync(int wanted, string query, TimeSpan? limit = null)
    {
        int last = 0;
        return Eventually.TrueAsync(
            async () => (last = (await QueryAsync(query)).Count) == wanted, () => $"{query} gives {last} series, not {wanted}; it wrote:\n{Output}", limit);
    }

    /// <summary>Fails where a request to write was refused, or a sample came out of order or too late.</summary>
    public async Task AssertTookEverythingAsync()
    {
        string metrics = await _client.GetStringAsync(new Uri(_address, "/metrics"));
        string[] bad =
        [
            .. metrics.Split('\n').Where(static line =>
                (line.StartsWith("prometheus_tsdb_out_of_order_samples_total", StringComparison.Ordinal)
                    || line.StartsWith("prometheus_tsdb_out_of_bound_samples_total", StringComparison.Ordinal)
                    || line.StartsWith("prometheus_tsdb_too_old_samples_total", StringComparison.Ordinal)
                    || line.StartsWith("prometheus_tsdb_exemplar_out_of_order_exemplars_total", StringComparison.Ordinal)
                    || (line.StartsWith("prometheus_http_requests_total{", StringComparison.Ordinal)
                        && line.Contains("handler=\"/api/v1/write\"", StringComparison.Ordinal) && !line.Contains("code=\"20", StringComparison.Ordinal)))
                && double.Parse(line.AsSpan(line.LastIndexOf(' ') + 1), CultureInfo.InvariantCulture) > 0),
        ];
        Assert.True(bad.Length == 0, $"{string.Join('\n', bad)}\n{Output}");
    }

    public ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
        {
            _process.Kill();
            _process.WaitForExit();
        }
        _process.Dispose();
        _client.Dispose();
        _folder.Delete(recursive: true);
        return ValueTask.CompletedTask;
    }

    private string Output => string.Join('\n', Volatile.Read(ref _lines).TakeLast(50));

    /// <summary>Writes a first sample: an empty database refuses samples as out of bounds when two requests come at the same time.</summary>
    private async Task BeginAsync()
    {
        using var message = new GrowableBuffer();
        var writer = new ProtobufWriter(message);
        ProtobufMark series = writer.BeginMessage(1);
        ProtobufMark label = writer.BeginMessage(1);
        writer.WriteString(1, "__name__"u8);
        writer.WriteString(2, "begun"u8);
        writer.EndMessage(label);
        ProtobufMark sample = writer.BeginMessage(2);
        writer.WriteDouble(1, 1);
        writer.WriteInt64(2, TimeProvider.System.GetUtcNow().ToUnixTimeMilliseconds());
        writer.EndMessage(sample);
        writer.EndMessage(series);
        byte[] packed = new byte[SnappyEncoder.MaxCompressedLength(message.Length)];
        int length = new SnappyEncoder().Compress(message.Written, packed);
        using var content = new ByteArrayContent(packed, 0, length);
        using HttpResponseMessage answer = await _client.PostAsync(new Uri(WriteUrl), content);
        answer.EnsureSuccessStatusCode();
    }

    private async ValueTask<bool> IsReadyAsync()
    {
        try
        {
            using HttpResponseMessage answer = await _client.GetAsync(new Uri(_address, "/-/ready"));
            return answer.IsSuccessStatusCode;
        }
        catch (HttpRequestException)
        {
            // Not listening yet.
            return false;
        }
    }
}
