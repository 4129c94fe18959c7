using System.Buffers;
using System.IO.Compression;
using System.Net;
using System.Text;
using Agent.Sdk;
using Agent.Sdk.Declarations;
using Agent.Sdk.Http;

namespace Agent.Web.Tests;

/// <summary>Answers with what it was asked.</summary>
/// <example>test.page "x" { }</example>
[Component("test.page")]
public sealed class TestPage : IComponent<TestPage.Arguments>, IHttpHandler
{
    public TestPage(ComponentContext context) => _ = context;

    public sealed record Arguments;

    public ValueTask ApplyAsync(Arguments arguments, CancellationToken stop) => ValueTask.CompletedTask;

    public Task RunAsync(CancellationToken stop) => Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, stop);

    public ValueTask HandleAsync(LocalRequest request, LocalReply reply, CancellationToken stop)
    {
        switch (request.Path)
        {
            case "/fault":
                throw new InvalidOperationException("something broke");
            case "/refuse":
                reply.Text(400, "no");
                return ValueTask.CompletedTask;
        }
        reply.ContentType = "text/x-test";
        string text = $"{request.Method} {request.Path} {request.Query("a")} {request.Accept} {request.ScrapeTimeout?.TotalSeconds}";
        reply.Body.Write(Encoding.UTF8.GetBytes(text));
        return ValueTask.CompletedTask;
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;
}

public sealed class ComponentEndpointTests
{
    private const string Configuration = "test.page \"x\" { }\ntest.note \"a\" { text = \"hello\" }";
    private const string Page = "/api/v0/component/test.page.x";

    [Fact]
    public async Task A_component_answers_below_its_id()
    {
        await using WebHarness web = await WebHarness.StartAsync(Configuration, prefix: "/ui");
        using var request = new HttpRequestMessage(HttpMethod.Get, web.Url(Page + "/metrics?a=b%20c"));
        request.Headers.TryAddWithoutValidation("Accept", "text/plain");
        request.Headers.TryAddWithoutValidation("X-Prometheus-Scrape-Timeout-Seconds", "7.5");
        using HttpResponseMessage response = await web.Client.SendAsync(request);

        Assert.Equal("text/x-test", response.Content.Headers.ContentType!.ToString());
        Assert.Equal("GET /metrics b c text/plain 7.5", await response.Content.ReadAsStringAsync());
    }

    [Theory]
    [InlineData("/api/v0/component/test.page.y/metrics", HttpStatusCode.NotFound, "no running component of that id serves HTTP paths")]
    [InlineData("/api/v0/component/test.note.a/metrics", HttpStatusCode.NotFound, "no running component of that id serves HTTP paths")]
    [InlineData(Page + "/refuse", HttpStatusCode.BadRequest, "no")]
    [InlineData(Page + "/fault", HttpStatusCode.InternalServerError, "component test.page.x failed: something broke")]
    public async Task What_does_not_work_says_why(string path, HttpStatusCode expected, string message)
    {
        await using WebHarness web = await WebHarness.StartAsync(Configuration);
        (HttpStatusCode status, string body) = await web.GetAsync(path);

        Assert.Equal(expected, status);
        Assert.EndsWith(message + "\n", body, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Answers_are_compressed_for_those_who_accept_it()
    {
        await using WebHarness web = await WebHarness.StartAsync(Configuration);
        using var request = new HttpRequestMessage(HttpMethod.Get, web.Url(Page + "/metrics"));
        request.Headers.AcceptEncoding.ParseAdd("gzip");
        using HttpResponseMessage response = await web.Client.SendAsync(request);

        Assert.Equal("gzip", Assert.Single(response.Content.Headers.ContentEncoding));
        using var plain = new StreamReader(new GZipStream(await response.Content.ReadAsStreamAsync(), CompressionMode.Decompress));
        Assert.StartsWith("GET /metrics", await plain.ReadToEndAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_password_guards_components_too_but_not_the_process_from_itself()
    {
        await using WebHarness web = await WebHarness.StartAsync(
            "http {\n auth {\n basic {\n username = \"u\"\n password = \"p\"\n }\n }\n}\n" + Configuration);

        Assert.Equal(HttpStatusCode.Unauthorized, (await web.GetAsync(Page + "/metrics")).Status);

        var body = new ArrayBufferWriter<byte>();
        var reply = new LocalReply(body);
        await web.Services.Local.HandleAsync(new LocalRequest { Path = Page + "/metrics" }, reply, CancellationToken.None);
        Assert.Equal(200, reply.Status);
    }

    [Fact]
    public async Task A_component_that_is_gone_answers_no_more()
    {
        await using WebHarness web = await WebHarness.StartAsync(Configuration);
        Assert.Equal(HttpStatusCode.OK, (await web.GetAsync(Page + "/metrics")).Status);
        web.Configuration = "";
        await web.LoadAsync();

        Assert.Equal(HttpStatusCode.NotFound, (await web.GetAsync(Page + "/metrics")).Status);
    }
}
