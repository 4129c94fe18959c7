using System.Diagnostics;
using Agent.Components.Prometheus.ExporterUnix;
using Agent.Sdk.Http;
using Agent.Testing;
using Agent.Wire;
using BenchmarkDotNet.Attributes;

namespace Agent.Bench.Prometheus.ExporterUnix;

/// <summary>One scrape of prometheus.exporter.unix with its default collectors, on the machine that runs this.</summary>
[MemoryDiagnoser]
public class UnixScrapeBenchmarks
{
    private readonly TestComponentContext _context = new("prometheus.exporter.unix.bench");
    private readonly GrowableBuffer _body = new();
    private PrometheusExporterUnix _component = null!;

    [GlobalSetup]
    public async Task SetupAsync()
    {
        const int Rounds = 200;
        _component = new PrometheusExporterUnix(_context);
        await _component.ApplyAsync(new PrometheusExporterUnix.Arguments(), CancellationToken.None);
        await ScrapeAsync();
        TimeSpan before = Process.GetCurrentProcess().TotalProcessorTime;
        for (int i = 0; i < Rounds; i++)
        {
            await ScrapeAsync();
        }
        double milliseconds = (Process.GetCurrentProcess().TotalProcessorTime - before).TotalMilliseconds / Rounds;
        Console.WriteLine($"// {_body.Length} bytes, {milliseconds:F2} ms of CPU a scrape, with the compiler's own");
    }

    [Benchmark]
    public async Task<int> ScrapeAsync()
    {
        _body.Clear();
        await _component.HandleAsync(new LocalRequest { Path = "/metrics" }, new LocalReply(_body), CancellationToken.None);
        return _body.Length;
    }

    [GlobalCleanup]
    public async Task CleanupAsync()
    {
        await _component.DisposeAsync();
        _context.Dispose();
        _body.Dispose();
    }
}
