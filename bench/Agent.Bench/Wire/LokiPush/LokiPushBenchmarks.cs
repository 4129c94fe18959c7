using Agent.Wire;
using Agent.Wire.LokiPush;
using Agent.Wire.Snappy;
using BenchmarkDotNet.Attributes;

namespace Agent.Bench.Wire.LokiPush;

/// <summary>A batch of about one mebibyte of lines over 20 streams, as loki.write makes it.</summary>
[MemoryDiagnoser]
public class LokiPushBenchmarks
{
    private const int Streams = 20;
    private readonly byte[][] _lines = LogText.Lines(5500);
    private readonly LokiPushBatch _batch = new();
    private readonly SnappyEncoder _encoder = new();
    private readonly GrowableBuffer _output = new();
    private byte[] _message = [];

    [GlobalSetup]
    public void Setup()
    {
        Append();
        _message = new byte[_batch.EncodedSize];
        _batch.WriteTo(_message);
        AppendAndCompress();
        Console.WriteLine($"// lines {_lines.Sum(static line => line.Length)}, protobuf {_batch.EncodedSize}, compressed {_output.Length} bytes");
    }

    [Benchmark]
    public int Append()
    {
        _batch.Reset();
        for (int i = 0; i < Streams; i++)
        {
            _batch.AddStream("{namespace=\"prod\", pod=\"api-5d8f7c6b9-x2k4j\", container=\"api\"}"u8);
        }
        for (int i = 0; i < _lines.Length; i++)
        {
            _batch.Append(i % Streams, 1_700_000_000_000_000_000 + i, _lines[i]);
        }
        return _batch.EncodedSize;
    }

    [Benchmark]
    public int AppendAndCompress()
    {
        Append();
        _output.Clear();
        return _batch.Compress(_encoder, _output);
    }

    [Benchmark]
    public int Read()
    {
        int bytes = 0;
        LokiPushReader.TryOpen(_message, out LokiPushReader streams, out _);
        foreach (LokiStreamView stream in streams)
        {
            foreach (LokiEntryView entry in stream.Entries)
            {
                bytes += entry.Line.Length;
            }
        }
        return bytes;
    }
}
