using System.Text;
using Agent.Components.Common.Docker;
using Agent.Components.Loki.Positions;
using Agent.Components.Loki.SourceDocker;
using Agent.Components.Tests.Decoding;
using Agent.Sdk;
using Agent.Sdk.Decoding;
using Agent.Syntax;
using Agent.Telemetry;
using Agent.Testing;

namespace Agent.Components.Tests.Loki.SourceDocker;

public sealed class DockerPartsTests
{
    [Fact]
    public void Frames_are_taken_however_the_bytes_are_cut()
    {
        byte[] stream = Frames(20);
        for (int size = 1; size < stream.Length; size += 7)
        {
            using var context = new TestComponentContext();
            using ContainerLines lines = Lines(context);
            int taken = 0;
            for (int end = Math.Min(size, stream.Length); taken < stream.Length; end = Math.Min(end + size, stream.Length))
            {
                taken += lines.Frames.Take(stream.AsMemory(taken, end - taken));
            }

            Assert.Equal(
                Enumerable.Range(0, 20).Select(static i => $"line {i}"),
                lines.Batch.Entries.ToArray().Select(static entry => Encoding.UTF8.GetString(entry.Line.Span)));
        }
    }

    [Fact]
    public void Lines_allocate_nothing()
    {
        byte[] stream = Frames(500);
        using var context = new TestComponentContext();
        using ContainerLines lines = Lines(context);
        lines.Frames.Take(stream);
        lines.Batch.Clear();

        long before = GC.GetAllocatedBytesForCurrentThread();
        lines.Frames.Take(stream);

        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
        Assert.Equal(500, lines.Batch.Count);
    }

    [Fact]
    public void Positions_survive_and_damaged_ones_are_counted()
    {
        using var context = new TestComponentContext();
        var position = new DockerPosition(new StreamPosition(17, 2), new StreamPosition(5, 1));
        PositionFile<DockerPosition> positions = PositionFile<DockerPosition>.Open(context, new DockerPositionFormat());
        positions.Set("a b", position);
        positions.Set("never", default);
        positions.Save();
        string path = Path.Combine(context.StoragePath, "positions");
        File.AppendAllText(path, "c 1 2 x 4 5\nd 1\n");

        PositionFile<DockerPosition> again = PositionFile<DockerPosition>.Open(context, new DockerPositionFormat());

        Assert.Equal(position, again.Find("a b"));
        Assert.Equal(default, again.Find("c"));
        Assert.Equal(2, again.Damaged);
        Assert.DoesNotContain("never", File.ReadAllText(path), StringComparison.Ordinal);
    }

    [Fact]
    public void Containers_that_were_not_seen_for_a_month_are_forgotten()
    {
        var time = new FakeTimeProvider();
        using var context = new TestComponentContext(time: time);
        var position = new DockerPosition(new StreamPosition(17, 2), default);
        PositionFile<DockerPosition> positions = PositionFile<DockerPosition>.Open(context, new DockerPositionFormat());
        positions.Set("old", position);
        time.Advance(TimeSpan.FromDays(31));
        positions.Set("new", position);
        positions.Save();

        PositionFile<DockerPosition> again = PositionFile<DockerPosition>.Open(context, new DockerPositionFormat());

        Assert.Equal((default, position), (again.Find("old"), again.Find("new")));
    }

    [Theory]
    [InlineData("unix:///var/run/docker.sock", false, "http://docker/", "/var/run/docker.sock")]
    [InlineData("tcp://127.0.0.1:2375", false, "http://127.0.0.1:2375/", null)]
    [InlineData("tcp://docker", true, "https://docker:2376/", null)]
    [InlineData("https://docker:2376/prefix", false, "https://docker:2376/prefix/", null)]
    [InlineData("http://[::1]:2375", false, "http://[::1]:2375/", null)]
    public void Addresses_are_understood(string host, bool hasTls, string url, string? socket) =>
        Assert.Equal(new DockerAddress(new Uri(url), socket), DockerAddress.Parse(host, hasTls));

    [Fact]
    public void One_target_of_a_container_counts_whatever_their_order()
    {
        Target[] targets = [DockerFixture.TargetOf("a", ("port", "1")), DockerFixture.TargetOf("a", ("port", "2")), DockerFixture.TargetOf(""), DockerFixture.TargetOf("b")];

        List<DockerTarget> found = DockerTarget.Resolve([.. targets], ValueMap<string>.Empty);
        List<DockerTarget> turned = DockerTarget.Resolve([.. Enumerable.Reverse(targets)], ValueMap<string>.Empty);

        Assert.Equal(2, found.Count);
        Assert.Equal(found, turned);
    }

    [Fact]
    public void All_arguments_are_taken()
    {
        BlockValue block = Config.Block(
            "loki.source.docker",
            Config.Set("host", "https://docker:2376"),
            Config.Set("targets", Config.List(Config.Map(("__meta_docker_container_id", Agent.Syntax.Values.Value.Of("c"))))),
            Config.Set("forward_to", Config.List()),
            Config.Set("labels", Config.Map(("a", Agent.Syntax.Values.Value.Of("b")))),
            Config.Set("refresh_interval", "5s"),
            Config.Block(
                "http_client_config",
                Config.Set("follow_redirects", false),
                Config.Block("basic_auth", Config.Set("username", "u"), Config.Set("password", "p")),
                Config.Block("tls_config", Config.Set("insecure_skip_verify", true))));

        var arguments = (LokiSourceDocker.Arguments)Decode(block, out DiagnosticBag diagnostics)!;

        Assert.Empty(diagnostics);
        Assert.Equal((TimeSpan.FromSeconds(5), "b", "c"), (arguments.RefreshInterval, arguments.Labels["a"], arguments.Targets[0]["__meta_docker_container_id"]));
        Assert.True(arguments.HttpClientConfig.TlsConfig.InsecureSkipVerify);
        Assert.False(arguments.HttpClientConfig.FollowRedirects);
    }

    [Theory]
    [InlineData("npipe:////./pipe/docker_engine", "1s", "failed to parse Docker host")]
    [InlineData("unix://", "1s", "failed to parse Docker host")]
    [InlineData("docker", "1s", "failed to parse Docker host")]
    [InlineData("unix:///var/run/docker.sock", "0s", "refresh_interval must be positive")]
    public void What_cannot_work_is_an_error_of_the_configuration(string host, string interval, string expected)
    {
        BlockValue block = Config.Block(
            "loki.source.docker", Config.Set("host", host), Config.Set("targets", Config.List()), Config.Set("forward_to", Config.List()), Config.Set("refresh_interval", interval));

        Decode(block, out DiagnosticBag diagnostics);

        Assert.Contains(expected, Assert.Single(diagnostics).Message, StringComparison.Ordinal);
    }

    private static ContainerLines Lines(TestComponentContext context) =>
        new(new DockerMetrics(context.Metrics), default, isTerminal: false) { Labels = new StreamLabels(LabelSet.Empty, LabelSet.Empty) };

    private static byte[] Frames(int count) => [.. Enumerable.Range(0, count).SelectMany(static i => FakeContainer.Frame(
        (byte)(1 + (i % 2)), Encoding.UTF8.GetBytes($"{FakeContainer.Text(1_714_978_800_000_000_000 + i)} line {i}\n")))];

    private static object? Decode(BlockValue block, out DiagnosticBag diagnostics)
    {
        ComponentDescriptor descriptor = Agent.Components.GeneratedCatalog.Components.Single(static component => component.Name == "loki.source.docker");
        diagnostics = new DiagnosticBag();
        return descriptor.Decode(block, diagnostics);
    }
}
