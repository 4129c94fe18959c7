using Agent.Storage;
using Agent.Storage.Segments;
using BenchmarkDotNet.Attributes;

namespace Agent.Bench.Storage;

/// <summary>64 MiB per operation in blocks of a size: a mean of 64 ms is 1 GiB/s. BENCH_FOLDER says on which disk (default: the temporary folder).</summary>
[MemoryDiagnoser]
public class SegmentLogBenchmarks
{
    private const int Total = 64 << 20;

    private readonly byte[] _metadata = new byte[64];
    private byte[] _body = [];
    private string _folder = "";
    private SegmentLog? _log;
    private SegmentReader? _reader;

    [Params(4 << 10, 256 << 10, 1 << 20)]
    public int BlockBytes { get; set; }

    [GlobalSetup]
    public void Setup()
    {
        _body = new byte[BlockBytes];
        new Random(1).NextBytes(_body);
        string parent = Environment.GetEnvironmentVariable("BENCH_FOLDER") ?? Path.GetTempPath();
        _folder = Path.Combine(parent, $"invar-bench-{Environment.ProcessId}");
        _log = SegmentLog.Open(new DiskFileSystem(), _folder, new SegmentLogOptions { MaxBytes = 1L << 30 }, TimeProvider.System);
        _reader = _log.OpenReader(_log.Next);
    }

    [GlobalCleanup]
    public void Cleanup()
    {
        _reader!.Dispose();
        _log!.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    [Benchmark]
    public long AppendAndRead()
    {
        long bytes = 0;
        for (int done = 0; done < Total; done += BlockBytes)
        {
            _log!.Append(_metadata, _body);
            while (_reader!.TryRead(out SegmentBlock block))
            {
                bytes += block.Length;
                block.Return();
            }
        }
        // Files of the page cache alone: nothing is synced, so what was read is dropped by force.
        DropRead();
        return bytes;
    }

    [Benchmark]
    public long AppendAndSync()
    {
        for (int done = 0; done < Total; done += BlockBytes)
        {
            _log!.Append(_metadata, _body);
        }
        _log!.Sync();
        _log.DropBefore(_log.Next);
        return _log.Next;
    }

    private void DropRead()
    {
        while (_log!.Bytes > 512 << 20)
        {
            _log.DropOldestSegment();
        }
    }
}
