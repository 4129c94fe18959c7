using Agent.Sdk;
using Agent.Sdk.Declarations;
using Agent.Syntax.Values;

namespace Agent.Web.Tests;

/// <summary>Shows what sources of files and writers show of themselves.</summary>
/// <example>loki.source.test "x" { }</example>
[Component("loki.source.test")]
public sealed class LokiSourceTest : IComponent<LokiSourceTest.Arguments>, IDebuggable
{
    private bool _isFile;

    public LokiSourceTest(ComponentContext context)
    {
        context.Metrics.Counter("test_dropped_entries_total", "Dropped.", ("reason", "too <old>")).Add(3);
        context.Metrics.Gauge("test_queue_disk_bytes", "On disk.").Set(4096);
    }

    public sealed record Arguments
    {
        /// <summary>Whether it reads files.</summary>
        public bool Files { get; init; } = true;
    }

    public ValueTask ApplyAsync(Arguments arguments, CancellationToken stop)
    {
        _isFile = arguments.Files;
        return ValueTask.CompletedTask;
    }

    public Task RunAsync(CancellationToken stop) => Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, stop);

    public Value DebugState() => _isFile
        ? Map(
            ("targets_info", List(Map(
                ("path", Value.Of("/var/log/\u202e<b>.log")), ("labels", Value.Of("{a=\"b\"}")), ("size", Value.Of(100L)), ("read_offset", Value.Of(60L)),
                ("lag_bytes", Value.Of(40L)), ("oldest_unsent", Value.Of("2020-01-01T00:00:00.000Z")), ("problem", Value.Of("gone"))))),
            ("endpoints", List(Map(("host", Value.Of("h:80")), ("queued_bytes", Value.Of(7L)), ("secret", new StringValue("hunter2", isSensitive: true))))))
        : Map(("cursor", Value.Of("s=1")));

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    private static MapValue Map(params (string Key, Value Value)[] fields) =>
        new(fields.ToDictionary(static field => field.Key, static field => field.Value, StringComparer.Ordinal));

    private static ListValue List(params Value[] items) => new(items);
}
