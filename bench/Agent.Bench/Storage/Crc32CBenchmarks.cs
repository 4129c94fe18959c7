using Agent.Storage;
using BenchmarkDotNet.Attributes;

namespace Agent.Bench.Storage;

/// <summary>One mebibyte per operation.</summary>
public class Crc32CBenchmarks
{
    private readonly byte[] _data = new byte[1 << 20];

    [Benchmark]
    public uint Checksum() => Crc32C.Of(_data);
}
