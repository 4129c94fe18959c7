using Agent.Telemetry;
using Agent.Telemetry.Metrics;
using Agent.Wire;
using Agent.Wire.RemoteWrite;
using Agent.Wire.Snappy;
using BenchmarkDotNet.Attributes;

namespace Agent.Bench.Wire.RemoteWrite;

/// <summary>Requests of 2,000 series with eight labels and one sample each, as remote write sends them.</summary>
[MemoryDiagnoser]
public class RemoteWriteBenchmarks
{
    private const int Count = 2000;

    private readonly MetricSeries[] _series = [.. Enumerable.Range(0, Count).Select(static i => new MetricSeries(LabelSet.From([
        new("__name__", "container_cpu_usage_seconds_total"), new("cluster", "prod"), new("container", "api"), new("cpu", "total"),
        new("instance", $"10.42.0.{i % 50}:10250"), new("job", "kubelet"), new("namespace", "shop"), new("pod", $"api-5d8f7c6b9-{i:x5}")])))];

    private readonly WriteRequestBatch _v1 = new();
    private readonly WriteRequestV2Batch _v2 = new();
    private readonly WriteRequestScratch _scratch = new();
    private readonly SnappyEncoder _encoder = new();
    private readonly GrowableBuffer _output = new();
    private byte[] _message = [];

    [GlobalSetup]
    public void Setup()
    {
        EncodeV1();
        _message = _v1.Encode().ToArray();
        EncodeV2();
        Console.WriteLine($"// {_message.Length} bytes in version 1, {_v2.EncodedSize} in version 2");
    }

    [Benchmark(OperationsPerInvoke = Count)]
    public int EncodeV1()
    {
        _v1.Reset();
        for (int i = 0; i < _series.Length; i++)
        {
            _v1.AddSample(_series[i], i, 1_714_979_289_123);
        }
        return _v1.EncodedSize;
    }

    [Benchmark(OperationsPerInvoke = Count)]
    public int EncodeV2()
    {
        _v2.Reset();
        for (int i = 0; i < _series.Length; i++)
        {
            _v2.AddSample(_series[i], i, 1_714_979_289_123);
        }
        return _v2.EncodedSize;
    }

    [Benchmark(OperationsPerInvoke = Count)]
    public int EncodeAndCompressV1()
    {
        EncodeV1();
        _output.Clear();
        return _v1.Compress(_encoder, _output);
    }

    [Benchmark(OperationsPerInvoke = Count)]
    public double ReadV1()
    {
        double sum = 0;
        WriteRequestReader.TryOpen(_message, WriteVersion.V1, _scratch, out WriteRequestReader request, out _);
        foreach (WriteSeriesView series in request)
        {
            foreach (WriteSample sample in series.Samples)
            {
                sum += sample.Value;
            }
        }
        return sum;
    }
}
