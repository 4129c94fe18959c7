using System.Net.Sockets;
using System.Text;
using Agent.Components.Tests.Loki.PodTails;
using Agent.Components.Tests.Loki.SourceDocker;
using Agent.Components.Tests.Loki.SourceFile;
using Agent.Components.Tests.Loki.SourceJournal;
using Agent.Components.Tests.Loki.SourceSyslog;
using Agent.Sdk;
using Agent.Testing;

namespace Agent.Components.Tests.Loki;

/// <summary>While memory is short sources leave lines where they are, and lose none of them.</summary>
public sealed class PausedSourceTests
{
    private const long T = PodTailFixture.T;

    [Fact]
    public void A_tail_reads_no_block_while_memory_is_short_and_goes_on_where_it_was()
    {
        string path = Path.GetTempFileName();
        File.WriteAllLines(path, Enumerable.Range(0, 20_000).Select(static number => $"line {number}"));
        using var tail = new TailHarness(path);
        tail.Memory.Close();
        Assert.True(tail.Turn());
        Assert.Empty(tail.Collected.Entries);
        Assert.Equal(0, tail.Tail.State.DeliveredOffset);
        tail.Memory.Open();
        tail.Run();
        Assert.Equal(20_000, tail.Collected.Lines.Distinct().Count());
        Assert.Equal(20_000, tail.Collected.Entries.Count);
        File.Delete(path);
    }

    [Fact]
    public async Task A_tail_stops_in_the_middle_of_a_turn()
    {
        string path = Path.GetTempFileName();
        File.WriteAllLines(path, Enumerable.Range(0, 20_000).Select(static number => $"line {number}"));
        using var context = new TestComponentContext("loki.source.file.test", new FakeTimeProvider());
        var consumer = new ClosingConsumer(context);
        using var tail = new TailHarness(path, consumer: consumer, context: context);
        Assert.True(tail.Turn());
        Assert.Equal(1, consumer.Batches);
        Task waits = tail.Memory.WaitAsync(CancellationToken.None).AsTask();
        Assert.False(waits.IsCompleted);
        tail.Memory.Open();
        await waits;
        File.Delete(path);
    }

    [Fact]
    public async Task The_file_source_keeps_its_place_through_a_pause_and_a_restart_in_it()
    {
        await using var source = new SourceFileFixture();
        source.Write("a.log", "1\n2\n3\n");
        await source.StartAsync("a.log");
        await source.Collected.WaitForAsync(3);
        source.Context.Memory.Close();
        source.Append("a.log", "4\n5\n");
        source.Write("b.log", "6\n");
        await source.ApplyAsync(source.ArgumentsFor("a.log", "b.log"));
        await Eventually.TrueAsync(() => source.Component.DebugState().ToText().Contains("b.log", StringComparison.Ordinal));
        Assert.Contains("memory", source.Component.DebugState().ToText(), StringComparison.Ordinal);
        await source.StopAsync();
        Assert.Equal(["1", "2", "3"], source.Collected.Lines);

        await source.StartAsync("a.log", "b.log");
        Assert.Equal(3, source.Collected.Entries.Count);
        source.Context.Memory.Open();
        await source.Collected.WaitForAsync(6);
        Assert.Equal(["1", "2", "3", "4", "5", "6"], source.Collected.Lines.Order());
        Assert.DoesNotContain("memory", source.Component.DebugState().ToText(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Logs_of_pods_wait_on_the_node_or_in_the_connection(bool isFile)
    {
        await using var pod = new PodTailFixture();
        await pod.ServeAsync();
        pod.Context.Memory.Close();
        for (int i = 0; i < 3; i++)
        {
            if (isFile)
            {
                pod.WriteFile("0.log", T + i, $"line {i}");
            }
            else
            {
                pod.Log.Write(T + i, $"line {i}");
            }
        }
        await pod.StartAsync();
        await pod.AdvanceUntilAsync(() => isFile ? pod.Component.DebugState().ToText().Contains("files", StringComparison.Ordinal) : !pod.Log.Requests.IsEmpty);
        Assert.Empty(pod.Collected.Entries);
        Assert.Contains("memory", pod.Component.DebugState().ToText(), StringComparison.Ordinal);
        pod.Context.Memory.Open();
        Assert.Equal(["line 0", "line 1", "line 2"], await pod.LinesAsync(3));
    }

    [Fact]
    public async Task Logs_of_containers_wait_at_the_daemon()
    {
        await using var docker = new DockerFixture();
        await docker.DaemonAsync();
        docker.Context.Memory.Close();
        docker.Container.Write(T, "one");
        await docker.StartAsync();
        await docker.AdvanceUntilAsync(() => !docker.Container.Requests.IsEmpty);
        docker.Container.Write(T + 1, "two");
        Assert.Empty(docker.Collected.Entries);
        docker.Context.Memory.Open();
        Assert.Equal(["one", "two"], await docker.LinesAsync(2));
        Assert.Single(docker.Container.Requests);
    }

    [Fact]
    public async Task Entries_wait_in_the_journal_and_a_stop_does_not_wait_for_memory()
    {
        await using var journal = new JournalFixture();
        journal.Context.Memory.Close();
        await journal.StartAsync(open: static (_, _) => new MemoryJournal([("MESSAGE", "one")], [("MESSAGE", "two")]));
        await Eventually.TrueAsync(() => journal.Context.Health == HealthState.Healthy);
        Assert.Empty(journal.Collected.Entries);
        Assert.Contains("memory", journal.Component.DebugState().ToText(), StringComparison.Ordinal);
        await journal.StopAsync();
        await journal.StartAsync(open: static (_, _) => new MemoryJournal([("MESSAGE", "one")], [("MESSAGE", "two")]));
        journal.Context.Memory.Open();
        await journal.Collected.WaitForAsync(2);
        Assert.Equal(["one", "two"], journal.Collected.Lines);
    }

    [Fact]
    public async Task A_syslog_connection_is_not_read_and_does_not_count_as_silent()
    {
        await using var syslog = new SyslogFixture();
        await syslog.StartAsync(SyslogFixture.Tcp);
        int timers = syslog.Time.ArmedTimers;
        using TcpClient client = await syslog.ConnectAsync();
        await client.GetStream().WriteAsync(Encoding.UTF8.GetBytes($"21 {SyslogFixture.Second}"));
        await syslog.Collector.WaitForAsync(1);
        syslog.Context.Memory.Close();
        // It was waiting for this one already, and pauses behind it, with no time set for its silence.
        await client.GetStream().WriteAsync(Encoding.UTF8.GetBytes($"21 {SyslogFixture.Second}"));
        await syslog.Collector.WaitForAsync(2);
        await Eventually.TrueAsync(() => syslog.Time.ArmedTimers == timers);
        syslog.Time.Advance(TimeSpan.FromHours(1));
        await client.GetStream().WriteAsync(Encoding.UTF8.GetBytes($"21 {SyslogFixture.Second}"));
        Assert.Equal(2, syslog.Collector.Entries.Count);
        syslog.Context.Memory.Open();
        await syslog.Collector.WaitForAsync(3);
        Assert.Equal(["Two", "Two", "Two"], syslog.Collector.Lines);
    }

    [Fact]
    public async Task Every_datagram_that_the_system_drops_meanwhile_is_counted()
    {
        const int Sent = 5000;
        await using var syslog = new SyslogFixture();
        syslog.Context.Memory.Close();
        await syslog.StartAsync(SyslogFixture.Udp);
        using var client = new UdpClient("127.0.0.1", syslog.PortOf(0));
        byte[] datagram = Encoding.UTF8.GetBytes(SyslogFixture.Second + new string('x', 500));
        for (int i = 0; i < Sent; i++)
        {
            await client.SendAsync(datagram);
        }
        Assert.Empty(syslog.Collector.Entries);
        syslog.Context.Memory.Open();
        long dropped = 0;
        await Eventually.TrueAsync(() =>
        {
            dropped = syslog.Count("loki_source_syslog_dropped_datagrams_total", ("reason", "memory"));
            return dropped + syslog.Collector.Entries.Count == Sent;
        });
        Assert.InRange(dropped, 1, Sent - 1);
        Assert.Equal(0, syslog.Count("loki_source_syslog_dropped_datagrams_total", ("reason", "slow_consumer")));
    }

    /// <summary>A sink at which the memory runs short.</summary>
    private sealed class ClosingConsumer(TestComponentContext context) : Agent.Telemetry.Logs.ILogConsumer
    {
        public int Batches { get; private set; }

        public ValueTask ConsumeAsync(Agent.Telemetry.Logs.LogBatch batch, CancellationToken stop)
        {
            Batches++;
            context.Memory.Close();
            return ValueTask.CompletedTask;
        }
    }
}
