using Agent.Components.Prometheus.RemoteWrite;
using Agent.Sdk;
using Agent.Testing;

namespace Agent.Components.Tests.Prometheus.RemoteWrite;

/// <summary>What was taken and is not sent yet, over the end of the process.</summary>
public sealed class OpenBlockTests : IDisposable
{
    private const long Then = RemoteFixture.Then;
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("invar-open-");

    public void Dispose() => _folder.Delete(recursive: true);

    [Theory]
    [InlineData(WriteMessage.V1)]
    [InlineData(WriteMessage.V2)]
    public async Task Samples_of_a_process_that_was_killed_are_sent_by_the_next_before_new_ones(WriteMessage message)
    {
        await using RemoteSink sink = await RemoteSink.StartAsync();
        PrometheusRemoteWrite.Arguments arguments = Gathering(sink, message);
        string killed = await KilledAsync(arguments);
        int before = sink.Requests.Count;

        await using RemoteFixture write = await RemoteFixture.StartAsync(TimeProvider.System, arguments, killed);
        Assert.Equal(1, write.Count("prometheus_remote_write_open_blocks_restored_total"));
        await write.SendAsync(("a", 3, Then + 3));
        await write.StopAsync();

        Assert.Equal(
            [$"{{__name__=a}} 1 {Then + 1}", $"{{__name__=b}} 1 {Then + 1}", $"{{__name__=a}} 2 {Then + 2}", $"{{__name__=a}} 3 {Then + 3}"],
            sink.Requests.Skip(before).SelectMany(static request => request.Texts));
        Assert.Equal(4, write.Count("prometheus_remote_storage_samples_total"));
        await write.DisposeAsync();
        Assert.Empty(FilesOf(killed));
    }

    [Fact]
    public async Task A_process_that_was_killed_twice_sends_them_once()
    {
        await using RemoteSink sink = await RemoteSink.StartAsync();
        sink.Answer = static (_, _) => Task.FromResult(503);
        PrometheusRemoteWrite.Arguments arguments = Gathering(sink, WriteMessage.V1);
        string killed = await KilledAsync(await KilledAsync(arguments), arguments);

        sink.Answer = static (_, _) => Task.FromResult(204);
        int before = sink.Requests.Count;
        await using RemoteFixture write = await RemoteFixture.StartAsync(TimeProvider.System, arguments, killed);
        await Eventually.TrueAsync(() => write.Count("prometheus_remote_storage_samples_total") >= 3);
        await write.StopAsync();
        Assert.Equal(3, sink.Requests.Skip(before).Sum(static request => request.Samples.Count));
        Assert.Equal(0, write.Count("prometheus_remote_write_open_blocks_restored_total"));
    }

    [Fact]
    public async Task What_an_endpoint_lacks_that_is_no_longer_configured_is_dropped_and_counted()
    {
        await using RemoteSink old = await RemoteSink.StartAsync();
        await using RemoteSink sink = await RemoteSink.StartAsync();
        string killed = await KilledAsync(Gathering(old, WriteMessage.V1));

        await using RemoteFixture write = await RemoteFixture.StartAsync(TimeProvider.System, Gathering(sink, WriteMessage.V1), killed);
        await write.StopAsync();
        Assert.Empty(sink.Requests);
        Assert.Equal(3, write.Count("prometheus_remote_storage_samples_dropped_total", "reason", "endpoint_removed"));
        Assert.Empty(FilesOf(killed));
    }

    [Fact]
    public async Task Where_the_disk_takes_nothing_samples_go_on_in_memory_and_health_says_so()
    {
        await using RemoteSink sink = await RemoteSink.StartAsync();
        string storage = _folder.CreateSubdirectory("unusable").FullName;
        await File.WriteAllTextAsync(Path.Combine(storage, "open"), "a file where a folder is to be");
        await using RemoteFixture write = await RemoteFixture.StartAsync(TimeProvider.System, Gathering(sink, WriteMessage.V1), storage);
        await write.SendAsync(("a", 1, Then));
        Assert.Equal(HealthState.Unhealthy, write.Context.Health);
        Assert.StartsWith("cannot keep batches on disk: ", write.Context.HealthMessage, StringComparison.Ordinal);
        Assert.Equal(1, write.Gauge("prometheus_remote_write_open_blocks_failing"));
        Assert.InRange(write.Gauge("prometheus_remote_write_open_block_errors_total"), 1, 2);
        await write.StopAsync();
        Assert.Equal([$"{{__name__=a}} 1 {Then}"], sink.Texts);
    }

    [Fact]
    public async Task A_block_that_is_on_disk_as_a_whole_leaves_nothing_in_its_file()
    {
        await using RemoteSink sink = await RemoteSink.StartAsync();
        sink.Answer = static (_, _) => Task.FromResult(503);
        PrometheusRemoteWrite.Arguments arguments = Gathering(sink, WriteMessage.V1);
        EndpointOptions small = arguments.Endpoint[0] with { QueueConfig = arguments.Endpoint[0].QueueConfig with { MaxSamplesPerSend = 3 } };
        string killed = await KilledAsync(arguments with { Endpoint = [small] });

        sink.Answer = static (_, _) => Task.FromResult(204);
        int before = sink.Requests.Count;
        await using RemoteFixture write = await RemoteFixture.StartAsync(TimeProvider.System, arguments, killed);
        await write.StopAsync();
        Assert.Equal(0, write.Count("prometheus_remote_write_open_blocks_restored_total"));
        Assert.Equal(3, sink.Requests.Skip(before).Sum(static request => request.Samples.Count));
    }

    /// <summary>One shard and a block that no time ends.</summary>
    private static PrometheusRemoteWrite.Arguments Gathering(RemoteSink sink, WriteMessage message)
    {
        EndpointOptions endpoint = RemoteFixture.To(sink);
        QueueOptions queue = endpoint.QueueConfig with { MaxSamplesPerSend = 1000, BatchSendDeadline = TimeSpan.FromDays(1) };
        return PrometheusRemoteWriteTests.Arguments(endpoint with { ProtobufMessage = message, QueueConfig = queue });
    }

    private static string[] FilesOf(string storage) => Directory.GetFiles(Path.Combine(storage, "open"), "*.open");

    /// <summary>The storage of a process that took three samples and ended there and then.</summary>
    private async Task<string> KilledAsync(PrometheusRemoteWrite.Arguments arguments)
    {
        string storage = _folder.CreateSubdirectory("first").FullName;
        await using RemoteFixture write = await RemoteFixture.StartAsync(TimeProvider.System, arguments, storage);
        await write.SendAsync(("a", 1, Then + 1), ("b", 1, Then + 1));
        await write.SendAsync(("a", 2, Then + 2));
        return Copy(storage, "killed");
    }

    private async Task<string> KilledAsync(string storage, PrometheusRemoteWrite.Arguments arguments)
    {
        await using RemoteFixture write = await RemoteFixture.StartAsync(TimeProvider.System, arguments, storage);
        return Copy(storage, "killed again");
    }

    /// <summary>What lies in the folders of a process at this moment, without its locks.</summary>
    private string Copy(string storage, string name)
    {
        string copy = _folder.CreateSubdirectory(name).FullName;
        foreach (string file in Directory.GetFiles(storage, "*", SearchOption.AllDirectories).Where(static file => Path.GetFileName(file) != "lock"))
        {
            string target = Path.Combine(copy, Path.GetRelativePath(storage, file));
            Directory.CreateDirectory(Path.GetDirectoryName(target)!);
            File.Copy(file, target);
        }
        return copy;
    }
}
