using Agent.Components.Prometheus.ExporterProcess;
using Agent.Components.Tests.Prometheus.Exporter;
using Agent.Testing;

namespace Agent.Components.Tests.Prometheus.ExporterProcess;

/// <summary>The component over a folder of processes.</summary>
internal sealed class ExporterRun : IDisposable
{
    private readonly PrometheusExporterProcess _component;

    private ExporterRun(ProcFixture proc)
    {
        Proc = proc;
        Context = new TestComponentContext("prometheus.exporter.process.demo", Time) { Log = Log };
        _component = new PrometheusExporterProcess(Context);
    }

    public ProcFixture Proc { get; }

    /// <summary>100 s after the machine's start: processes of the fixture start at 10 s unless they say otherwise.</summary>
    public FakeTimeProvider Time { get; } = new(DateTimeOffset.FromUnixTimeSeconds(ProcFixture.BootSeconds + 100));

    public LineLogger Log { get; } = new();

    public TestComponentContext Context { get; }

    public static async Task<ExporterRun> StartAsync(ProcFixture proc, PrometheusExporterProcess.Arguments arguments)
    {
        var run = new ExporterRun(proc);
        await run.ApplyAsync(arguments);
        return run;
    }

    public ValueTask ApplyAsync(PrometheusExporterProcess.Arguments arguments) =>
        _component.ApplyAsync(arguments with { ProcfsPath = Proc.Path }, CancellationToken.None);

    public async Task<string> ScrapeAsync() => (await _component.GetAsync()).Text;

    /// <summary>Names of the groups, sorted.</summary>
    public async Task<string[]> GroupsAsync()
    {
        const string Start = "namedprocess_namegroup_num_procs{groupname=\"";
        string text = await ScrapeAsync();
        return [.. text.Split('\n').Where(static line => line.StartsWith(Start, StringComparison.Ordinal)).Select(static line => line[Start.Length..line.LastIndexOf('"')])];
    }

    /// <summary>The value of a series; null where it is not there.</summary>
    public static string? Value(string page, string series) =>
        page.Split('\n').FirstOrDefault(line => line.StartsWith(series + " ", StringComparison.Ordinal))?[(series.Length + 1)..];

    public void Dispose()
    {
        _ = _component.DisposeAsync().AsTask();
        Proc.Dispose();
        Context.Dispose();
    }
}
