using System.Net.Http.Headers;
using Agent.Telemetry;
using Agent.Telemetry.Metrics;
using Agent.Wire;
using Agent.Wire.RemoteWrite;
using Agent.Wire.Snappy;

namespace Agent.EndToEnd.Torture.Metrics;

/// <summary>Clients that send remote write requests at a steady rate, each until it is acknowledged and before the next.</summary>
/// <remarks>In each round a client sends one sample of every series that it has: the number of the round is the value.</remarks>
internal sealed class SampleSource(Uri target) : IAsyncDisposable
{
    public const int Clients = 4;
    public const int SeriesOfClient = 1000;
    public const int AllSeries = Clients * SeriesOfClient;
    public const int RoundsPerSecond = 5;
    private const long FirstTime = 1_750_000_000_000;
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(50);

    private readonly HttpClient _http = new() { Timeout = TimeSpan.FromSeconds(20) };
    private readonly CancellationTokenSource _stop = new();
    private readonly HashSet<(int Client, int Round)> _repeated = [];
    private readonly int[] _acknowledged = new int[Clients];
    private Task[] _clients = [];
    private long _failures;

    /// <summary>Samples a second.</summary>
    public static int Rate => AllSeries * RoundsPerSecond;

    /// <summary>Rounds that were acknowledged, for each client: all before this one.</summary>
    public IReadOnlyList<int> Acknowledged => _acknowledged;

    public long AcknowledgedSamples => _acknowledged.Sum(static rounds => (long)rounds * SeriesOfClient);

    /// <summary>Requests that were not acknowledged and sent again. The agent may have taken them nevertheless.</summary>
    public IReadOnlySet<(int Client, int Round)> Repeated => _repeated;

    /// <summary>Requests that failed or were refused.</summary>
    public long Failures => Interlocked.Read(ref _failures);

    public static int ClientOf(int series) => series / SeriesOfClient;

    public static long TimeOf(int round) => FirstTime + (round * (1000L / RoundsPerSecond));

    public void Start() => _clients = [.. Enumerable.Range(0, Clients).Select(client => Task.Run(() => RunAsync(client)))];

    /// <summary>Begins no further rounds, and waits until the last ones are acknowledged.</summary>
    public async Task StopAsync(TimeSpan patience)
    {
        await _stop.CancelAsync();
        await Task.WhenAll(_clients).WaitAsync(patience);
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        _http.Dispose();
        await Task.WhenAll(_clients).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _stop.Dispose();
    }

    private async Task RunAsync(int client)
    {
        MetricSeries[] series = [.. Enumerable.Range(client * SeriesOfClient, SeriesOfClient).Select(SeriesOf)];
        using var batch = new WriteRequestBatch();
        using var body = new GrowableBuffer();
        var encoder = new SnappyEncoder();
        long started = TimeProvider.System.GetTimestamp();
        for (int round = 0; ; round++)
        {
            TimeSpan early = TimeSpan.FromSeconds((double)round / RoundsPerSecond) - TimeProvider.System.GetElapsedTime(started);
            if (early > TimeSpan.Zero)
            {
                await Task.Delay(early, TimeProvider.System, _stop.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
            if (_stop.IsCancellationRequested)
            {
                return;
            }
            batch.Reset();
            Array.ForEach(series, one => batch.AddSample(one, round, TimeOf(round)));
            body.Clear();
            batch.Compress(encoder, body);
            await SendAsync(client, round, body.Written.ToArray());
        }
    }

    private async Task SendAsync(int client, int round, byte[] body)
    {
        while (!await TrySendAsync(body))
        {
            Interlocked.Increment(ref _failures);
            lock (_repeated)
            {
                _repeated.Add((client, round));
            }
            await Task.Delay(Pause, TimeProvider.System, CancellationToken.None);
        }
        Volatile.Write(ref _acknowledged[client], round + 1);
    }

    private async Task<bool> TrySendAsync(byte[] body)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, target) { Content = new ByteArrayContent(body) };
        request.Content.Headers.ContentType = MediaTypeHeaderValue.Parse(WriteProtocol.ContentTypeV1);
        request.Content.Headers.ContentEncoding.Add(WriteProtocol.ContentEncoding);
        request.Headers.TryAddWithoutValidation(WriteProtocol.VersionHeader, WriteProtocol.VersionV1);
        try
        {
            using HttpResponseMessage answer = await _http.SendAsync(request);
            return answer.IsSuccessStatusCode;
        }
        catch (Exception failed) when (failed is HttpRequestException or IOException or TaskCanceledException)
        {
            return false;
        }
    }

    private static MetricSeries SeriesOf(int number) => new(LabelSet.From(
    [
        KeyValuePair.Create("__name__", "torture_round"), KeyValuePair.Create("cluster", "torture"), KeyValuePair.Create("container", "app"),
        KeyValuePair.Create("instance", $"10.0.{ClientOf(number)}.1:9100"), KeyValuePair.Create("job", "integrations/torture"),
        KeyValuePair.Create("namespace", "default"), KeyValuePair.Create("pod", $"app-7d9c5b6f4-{number / 50:d4}"),
        KeyValuePair.Create("series", $"{number}"),
    ]));
}
