using System.Globalization;
using System.Text;
using Agent.Components.Common.Delivery;
using Agent.Components.Prometheus.RemoteWrite;
using Agent.Sdk;
using Agent.Storage.Queues;
using Agent.Storage.Tests;
using Agent.Telemetry.Metrics;
using Agent.Testing;
using Agent.Wire;
using Agent.Wire.Exposition;
using Agent.Wire.RemoteWrite;
using Agent.Wire.Snappy;
using MetricSeries = Agent.Telemetry.Metrics.MetricSeries;

namespace Agent.Components.Tests.Prometheus.RemoteWrite;

/// <summary>
/// One random life of a lane and its queue, which ends again and again in the middle of any operation of the disk. Samples are numbered, and
/// each batch whose <c>Append</c> has returned must be delivered in the end.
/// </summary>
internal sealed class OpenBlockSchedule : IDisposable
{
    private const int Steps = 300;
    private const int SeriesCount = 12;
    private const int BlockSamples = 20;
    private readonly Random _random;
    private readonly MemoryFileSystem _files;
    private readonly StillTime _time = new();
    private readonly WriteVersion _version;
    private readonly bool _hasFaults;
    private readonly bool _stopsMidway;
    private readonly MetricSeries[] _series;
    private readonly List<(int Series, int Number)> _acknowledged = [];
    private readonly List<(int Series, int Number)> _delivered = [];
    private readonly EndpointOptions _options;
    private TestComponentContext _context;
    private DeliveryServices _services;
    private RemoteEndpoint _endpoint;
    private SampleLane _lane;
    private int _next;

    public OpenBlockSchedule(int seed)
    {
        _random = new Random(seed);
        _files = new MemoryFileSystem(seed);
        _version = seed % 2 == 0 ? WriteVersion.V1 : WriteVersion.V2;
        _hasFaults = seed % 3 == 0;
        _stopsMidway = seed % 4 != 0;
        // Of half of the lives the series are so long that a block is packed several times before it is full.
        string instance = new('x', seed % 8 < 4 ? 1 : 4000);
        _series = [.. Enumerable.Range(0, SeriesCount).Select(i => RemoteFixture.Series("load", ("n", $"{i}"), ("instance", instance)))];
        _options = new EndpointOptions
        {
            Url = new Uri("http://127.0.0.1:1/push"),
            ProtobufMessage = _version == WriteVersion.V1 ? WriteMessage.V1 : WriteMessage.V2,
            QueueConfig = new QueueOptions { MinShards = 1 + (seed % 3), MaxShards = 1 + (seed % 3), MaxSamplesPerSend = BlockSamples },
            MetadataConfig = new MetadataOptions { Send = false },
        };
        (_context, _services, _endpoint, _lane) = Start();
    }

    public int Crashes { get; private set; }

    public int Delivered => _delivered.Count;

    /// <summary>What came more than once.</summary>
    public int Duplicates => _delivered.Count - _delivered.Distinct().Count();

    public void Run()
    {
        for (int step = 0; step < Steps; step++)
        {
            if (_random.Next(25) == 0)
            {
                Crash(midway: _stopsMidway);
            }
            else
            {
                Step();
            }
        }
        _files.FullChance = 0;
        _time.Now += TimeSpan.FromSeconds(2);
        Crash(midway: false);
        _lane.FlushAll();
        Deliver(int.MaxValue);
        Check();
    }

    public void Dispose() => _context.Dispose();

    private void Check()
    {
        Assert.Empty(_acknowledged.Except(_delivered));
        foreach (var series in _delivered.Distinct().GroupBy(static sample => sample.Series))
        {
            Assert.Equal(series.Select(static sample => sample.Number).Order(), series.Select(static sample => sample.Number));
        }
        if (!_hasFaults)
        {
            // A kill between two operations repeats nothing, one in the midst of a block that changes hands at most that one for each shard.
            Assert.InRange(Duplicates, 0, _stopsMidway ? Crashes * BlockSamples : 0);
        }
    }

    private void Step()
    {
        switch (_random.Next(10))
        {
            case <= 5:
                Append();
                break;
            case 6:
                _lane.FlushDue(isShort: false);
                break;
            case 7 when _hasFaults:
                _files.FullChance = _random.Next(2) == 0 ? 0.3 : 0;
                _time.Now += TimeSpan.FromSeconds(1);
                break;
            default:
                Deliver(_random.Next(4));
                break;
        }
    }

    private void Append()
    {
        using var batch = new MetricBatch();
        List<(int, int)> samples = [];
        for (int left = _random.Next(1, 2 * BlockSamples); left > 0; left--)
        {
            (int Series, int Number) sample = (_random.Next(SeriesCount), _next++);
            samples.Add(sample);
            batch.Add(_series[sample.Series], RemoteFixture.Then + sample.Number, sample.Number);
        }
        int position = 0;
        Assert.Null(_lane.Append(batch, ref position));
        // While the disk fails, memory is all there is, and health says so.
        if (_services.OpenBlocks!.Fault is null && _services.Queue.DiskFault is null)
        {
            _acknowledged.AddRange(samples);
        }
    }

    /// <summary>Plays the endpoint's senders.</summary>
    private void Deliver(int most)
    {
        using var now = new CancellationTokenSource();
        now.Cancel();
        foreach (QueueReader reader in _endpoint.Readers)
        {
            for (int i = 0; i < most && TryPeek(reader, now.Token) is { } block; i++)
            {
                _delivered.AddRange(Decode(block));
                reader.Advance();
            }
        }
    }

    private static SampleBlock? TryPeek(QueueReader reader, CancellationToken now)
    {
        ValueTask<QueuedBlock?> block = reader.PeekAsync(now);
        return block.IsCompletedSuccessfully ? (SampleBlock?)block.Result : null;
    }

    private static List<(int, int)> Decode(SampleBlock block)
    {
        using var plain = new GrowableBuffer();
        Assert.True(SnappyDecoder.TryDecompress(block.Body.Span, 1 << 20, plain));
        Assert.True(WriteRequestReader.TryOpen(
            plain.Written, block.Contents.Version, new WriteRequestScratch(), out WriteRequestReader request, out string? error), error);
        List<(int, int)> samples = [];
        using var labels = new SeriesLabels();
        foreach (WriteSeriesView series in request)
        {
            series.ReadLabels(labels);
            for (int i = 0; i < labels.Count; i++)
            {
                if (labels.Name(i).SequenceEqual("n"u8))
                {
                    int number = int.Parse(Encoding.UTF8.GetString(labels.Value(i)), CultureInfo.InvariantCulture);
                    foreach (WriteSample sample in series.Samples)
                    {
                        Assert.Equal(sample.Value, sample.Timestamp - RemoteFixture.Then);
                        samples.Add((number, (int)sample.Value));
                    }
                }
            }
        }
        Assert.Equal(block.Contents.Items.Samples, samples.Count);
        Assert.Equal(block.Contents.Newest, RemoteFixture.Then + samples.Max(static sample => sample.Item2));
        return samples;
    }

    private void Crash(bool midway)
    {
        Crashes++;
        if (midway)
        {
            _files.OperationsUntilCrash = _random.Next(12);
            try
            {
                while (!_files.HasCrashed)
                {
                    Step();
                }
            }
            catch (MachineStoppedException)
            {
                // The process is gone; what it was told is all that counts.
            }
        }
        _context.Dispose();
        double full = _files.FullChance;
        _files.FullChance = 0;
        _files.Kill();
        (_context, _services, _endpoint, _lane) = Start();
        _files.FullChance = full;
    }

    private (TestComponentContext, DeliveryServices, RemoteEndpoint, SampleLane) Start()
    {
        var context = new TestComponentContext("prometheus.remote_write.test", _time, "/memory");
        var format = new BlockFormat(context.Metrics);
        var disk = new DiskSettings(0, TimeSpan.Zero, StoresAlways: true) { Files = _files };
        var services = new DeliveryServices(
            context, new DeliveryQueue(context, format, disk, static () => { }),
            new DeliveryEvents(static () => { }, static () => { }, static _ => { }), new OpenBlockStore(context, format, _files, static () => { }));
        var endpoint = new RemoteEndpoint(_options, services);
        var settings = new LaneSettings(
            _version, ValueMap<string>.Empty, [], new ContentSettings(true, true, _options.MetadataConfig, TimeSpan.Zero),
            new BatchingSettings(BlockSamples, TimeSpan.Zero, _options.QueueConfig.Shards));
        var lane = new SampleLane(settings, [endpoint], services);
        endpoint.Open();
        services.OpenBlocks!.Restore([endpoint], services.Queue);
        return (context, services, endpoint, lane);
    }

    /// <summary>A clock that is moved by hand and whose timers never ring: nothing happens beside the schedule.</summary>
    private sealed class StillTime : TimeProvider
    {
        public TimeSpan Now { get; set; } = TimeSpan.FromDays(20_000);

        public override long TimestampFrequency => TimeSpan.TicksPerSecond;

        public override long GetTimestamp() => Now.Ticks;

        public override DateTimeOffset GetUtcNow() => DateTimeOffset.UnixEpoch + Now;

        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) => new Silent();

        private sealed class Silent : ITimer
        {
            public bool Change(TimeSpan dueTime, TimeSpan period) => true;

            public void Dispose()
            {
            }

            public ValueTask DisposeAsync() => ValueTask.CompletedTask;
        }
    }
}
