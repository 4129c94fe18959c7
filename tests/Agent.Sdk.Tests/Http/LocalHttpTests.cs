using System.Buffers;
using System.Text;
using Agent.Sdk.Http;

namespace Agent.Sdk.Tests.Http;

public sealed class LocalHttpTests
{
    private readonly LocalHttp _local = new();

    [Theory]
    [InlineData("/api/v0/component/a.b.c/metrics", "a.b.c", "/metrics")]
    [InlineData("/api/v0/component/a.b.c/", "a.b.c", "/")]
    [InlineData("/api/v0/component/a.b.c", "a.b.c", "/")]
    [InlineData("/api/v0/component/a.b.c/x/y/z", "a.b.c", "/x/y/z")]
    [InlineData("/api/v0/component/feature.default/a.b.c/metrics", "feature.default/a.b.c", "/metrics")]
    [InlineData("/api/v0/component/feature.default/metrics", "feature.default", "/metrics")]
    public async Task The_longest_id_that_exists_is_meant(string path, string id, string rest)
    {
        foreach (string known in (string[])["a.b.c", "feature.default", "feature.default/a.b.c"])
        {
            _local.Add(known, new Named(known));
        }
        (int status, string text) = await AskAsync(path);

        Assert.Equal((200, $"{id} {rest}"), (status, text));
    }

    [Theory]
    [InlineData("/api/v0/component/a.b.d/metrics")]
    [InlineData("/api/v0/component/")]
    [InlineData("/api/v0/component")]
    [InlineData("/metrics")]
    [InlineData("")]
    public async Task What_nobody_serves_is_not_found_and_named(string path)
    {
        _local.Add("a.b.c", new Named("a.b.c"));
        (int status, string text) = await AskAsync(path);

        Assert.Equal((404, $"cannot answer {path}: no running component of that id serves HTTP paths\n"), (status, text));
    }

    [Fact]
    public async Task A_component_that_was_replaced_does_not_take_its_successor_away()
    {
        var first = new Named("first");
        _local.Add("a.b.c", first);
        _local.Add("a.b.c", new Named("second"));
        _local.Remove("a.b.c", first);

        Assert.Equal("second /metrics", (await AskAsync("/api/v0/component/a.b.c/metrics")).Text);
    }

    [Theory]
    [InlineData("?target=a&module=b", "target", "a")]
    [InlineData("?target=http%3A%2F%2Fx%2F%3Fy%3D1&module=b+c", "module", "b c")]
    [InlineData("?target=http%3A%2F%2Fx%2F%3Fy%3D1&module=b+c", "target", "http://x/?y=1")]
    [InlineData("?a=1&a=2", "a", "1")]
    [InlineData("?a", "a", "")]
    [InlineData("?A=1", "a", null)]
    [InlineData("", "a", null)]
    public void Query_parameters_are_decoded(string query, string name, string? value) =>
        Assert.Equal(value, new LocalRequest { Path = "/", QueryString = query }.Query(name));

    private async Task<(int Status, string Text)> AskAsync(string path)
    {
        var body = new ArrayBufferWriter<byte>();
        var reply = new LocalReply(body);
        await _local.HandleAsync(new LocalRequest { Path = path }, reply, CancellationToken.None);
        return (reply.Status, Encoding.UTF8.GetString(body.WrittenSpan));
    }

    private sealed class Named(string id) : IHttpHandler
    {
        public ValueTask HandleAsync(LocalRequest request, LocalReply reply, CancellationToken stop)
        {
            Encoding.UTF8.GetBytes($"{id} {request.Path}", reply.Body);
            return ValueTask.CompletedTask;
        }
    }
}
