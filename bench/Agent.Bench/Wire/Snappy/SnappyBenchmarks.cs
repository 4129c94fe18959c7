using Agent.Wire.Snappy;
using BenchmarkDotNet.Attributes;

namespace Agent.Bench.Wire.Snappy;

/// <summary>One mebibyte per operation: a mean of 1 ms is about 1 GB/s of uncompressed bytes.</summary>
[MemoryDiagnoser]
public class SnappyBenchmarks
{
    private const int Length = 1 << 20;
    private readonly SnappyEncoder _encoder = new();
    private readonly byte[] _block = new byte[SnappyEncoder.MaxCompressedLength(Length)];
    private readonly byte[] _decoded = new byte[Length];
    private byte[] _text = [];
    private int _blockLength;

    [Params("logs", "noise")]
    public string Input { get; set; } = "logs";

    [GlobalSetup]
    public void Setup()
    {
        _text = LogText.Joined(LogText.Lines(10_000))[..Length];
        if (Input == "noise")
        {
            new Random(1).NextBytes(_text);
        }
        _blockLength = _encoder.Compress(_text, _block);
        Console.WriteLine($"// {Input}: {Length} -> {_blockLength} bytes");
    }

    [Benchmark]
    public int Compress() => _encoder.Compress(_text, _block);

    [Benchmark]
    public bool Decompress() => SnappyDecoder.TryDecompress(_block.AsSpan(0, _blockLength), _decoded, out _);
}
