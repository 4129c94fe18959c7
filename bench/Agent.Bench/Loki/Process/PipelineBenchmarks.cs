using System.Text;
using Agent.Components.Loki.Process;
using Agent.Components.Loki.Process.Stages;
using Agent.Sdk;
using Agent.Telemetry;
using Agent.Telemetry.Logs;
using Agent.Testing;
using BenchmarkDotNet.Attributes;

namespace Agent.Bench.Loki.Process;

/// <summary>One batch of 1,000 CRI lines of about 250 bytes per operation; the setup prints its size.</summary>
[MemoryDiagnoser]
public class PipelineBenchmarks
{
    private const int Lines = 1000;
    private readonly LogBatch _batch = new();
    private readonly TestComponentContext _context = new("loki.process.bench");
    private LokiProcess? _process;

    /// <summary>cri: CRI alone. json: three fields, labels, static labels and drop as well.</summary>
    [Params("cri", "json")]
    public string Stages { get; set; } = "cri";

    [GlobalSetup]
    public void Setup()
    {
        _process = new LokiProcess(_context);
        var arguments = new LokiProcess.Arguments { ForwardTo = [new Nowhere()], Stage = new ValueList<StageArguments>(StagesOf(Stages)) };
        _process.ApplyAsync(arguments, default).AsTask().GetAwaiter().GetResult();
        string[] levels = ["info", "warn", "debug", "error"];
        LabelSet[] streams = [.. Enumerable.Range(0, 10).Select(static i => LabelSet.From([new("filename", $"/var/log/pods/{i}.log"), new("pod", $"p{i}")]))];
        for (int i = 0; i < Lines; i++)
        {
            string body = $$"""{"ts":"2024-05-06T07:08:09.1Z","level":"{{levels[i % 4]}}","caller":"http.go:{{i}}","message":"GET /api/v1/items/{{i}} finished in time","http":{"method":"GET","status":{{200 + (i % 3)}}},"duration":1.25,"trace":"4bf92f3577b34da6a3ce929d0e0e{{i:x4}}"}""";
            _batch.Add(new LogEntry(streams[i % streams.Length], i, Encoding.UTF8.GetBytes($"2024-05-06T07:08:09.123456789Z stdout F {body}")));
        }
        Console.WriteLine($"// {Stages}: {_batch.LineBytes} bytes per operation");
    }

    [GlobalCleanup]
    public void Cleanup()
    {
        _batch.Dispose();
        _context.Dispose();
    }

    [Benchmark]
    public ValueTask Batch() => _process!.ConsumeAsync(_batch, default);

    private static StageArguments[] StagesOf(string name) => name == "cri"
        ? [new CriStage.Arguments()]
        :
        [
            new CriStage.Arguments(),
            new JsonStage.Arguments { Expressions = new([new("level", ""), new("msg", "message"), new("status", "http.status")]) },
            new LabelsStage.Arguments { Values = new([new("level", null)]) },
            new StaticLabelsStage.Arguments { Values = new([new("cluster", "c1")]) },
            new DropStage.Arguments { Source = "level", Value = "debug" },
        ];

    private sealed class Nowhere : ILogConsumer
    {
        public ValueTask ConsumeAsync(LogBatch batch, CancellationToken stop) => ValueTask.CompletedTask;
    }
}
