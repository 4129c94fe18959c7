using System.Text;
using Agent.Runtime.Logging;
using Agent.Telemetry.Logs;
using Agent.Testing;
using Microsoft.Extensions.Logging;

namespace Agent.Runtime.Tests.Logging;

public sealed partial class AgentLogTests : IDisposable
{
    private readonly MemoryStream _output = new();

    private string Written => Encoding.UTF8.GetString(_output.ToArray());

    [Fact]
    public void A_record_is_one_logfmt_line()
    {
        using AgentLog log = Open();
        Say(log.CreateLogger("x"), "two words\nand a \"quote\"");

        Assert.Equal("ts=2024-05-06T07:08:00.0000000Z level=info msg=\"said two words\\nand a \\\"quote\\\"\"\n", Written);
    }

    [Fact]
    public void Who_knows_some_lines_gets_those_that_came_since()
    {
        using AgentLog log = Open();
        ILogger logger = log.CreateLogger("x");
        Say(logger, "one");
        Say(logger, "two");
        (long written, IReadOnlyList<string> lines) = log.Since(1);
        Assert.Equal(2, written);
        Assert.EndsWith("two\"", Assert.Single(lines), StringComparison.Ordinal);
        Assert.Empty(log.Since(2).Lines);
        Assert.Equal(2, log.Since(0).Lines.Count);
        Assert.Empty(log.Since(99).Lines);

        for (int i = 0; i < 1000; i++)
        {
            Say(logger, "more");
        }
        Assert.Equal((1002, 500), (log.Since(2).Written, log.Since(2).Lines.Count));
    }

    [Fact]
    public void The_json_format_is_one_object_a_line()
    {
        using AgentLog log = Open();
        log.Settings = LogSettings.Default with { Format = LogFormat.Json };
        Say(log.CreateLogger("x"), "hello");

        Assert.Equal("{\"ts\":\"2024-05-06T07:08:00.0000000Z\",\"level\":\"info\",\"msg\":\"said hello\"}\n", Written);
    }

    [Fact]
    public void What_is_below_the_level_is_not_written()
    {
        using AgentLog log = Open();
        log.Settings = LogSettings.Default with { Level = LogLevel.Warning };
        Say(log.CreateLogger("x"), "hello");

        Assert.Empty(Written);
        Assert.Empty(log.Recent);
    }

    [Fact]
    public void An_exception_stands_in_a_field_of_its_own()
    {
        using AgentLog log = Open();
        Fail(log.CreateLogger("x"), new InvalidOperationException("boom"));

        Assert.Equal("ts=2024-05-06T07:08:00.0000000Z level=error msg=failed err=\"System.InvalidOperationException: boom\"\n", Written);
    }

    [Fact]
    public async Task Lines_go_to_the_receivers_of_write_to_as_well()
    {
        using AgentLog log = Open();
        var collector = new LogCollector();
        log.Settings = LogSettings.Default with { WriteTo = [collector] };
        Say(log.CreateLogger("x"), "hello");

        await collector.WaitForAsync(1);
        Assert.Equal(Written.TrimEnd('\n'), Assert.Single(collector.Lines));
    }

    [Fact]
    public void A_receiver_that_waits_never_holds_up_a_log_line()
    {
        using AgentLog log = Open();
        log.Settings = LogSettings.Default with { WriteTo = [new Stuck()] };
        ILogger logger = log.CreateLogger("x");
        const int Lines = 2500;
        for (int i = 0; i < Lines; i++)
        {
            Say(logger, "hello");
        }

        Assert.Equal(Lines, Written.Split('\n').Length - 1);
        // One batch may have been taken, one queue is full; the rest is counted.
        Assert.InRange(log.LeftOut, 500, 1500);
    }

    [Fact]
    public async Task The_logging_block_sets_the_level_while_it_stands_and_leaves_the_default_behind()
    {
        using AgentLog log = Open();
        await using (var block = new LoggingBlock(log))
        {
            await block.ApplyAsync(new LoggingBlock.Arguments { Level = LoggingBlock.Level.Debug }, CancellationToken.None);
            Assert.Equal(LogLevel.Information, log.Settings.Level);

            block.Activate();
            Assert.Equal(LogLevel.Debug, log.Settings.Level);
            await block.ApplyAsync(new LoggingBlock.Arguments { Level = LoggingBlock.Level.Error }, CancellationToken.None);
            Assert.Equal(LogLevel.Error, log.Settings.Level);
        }

        Assert.Equal(LogSettings.Default, log.Settings);
    }

    public void Dispose() => _output.Dispose();

    private AgentLog Open() => new(_output, new FakeTimeProvider());

    [LoggerMessage(Level = LogLevel.Information, Message = "said {Text}")]
    private static partial void Say(ILogger logger, string text);

    [LoggerMessage(Level = LogLevel.Error, Message = "failed")]
    private static partial void Fail(ILogger logger, Exception exception);

    private sealed class Stuck : ILogConsumer
    {
        public async ValueTask ConsumeAsync(LogBatch batch, CancellationToken stop) =>
            await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, stop);
    }
}
