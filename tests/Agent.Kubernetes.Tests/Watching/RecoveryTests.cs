using System.Net;
using System.Text;
using Agent.Kubernetes.Watching;
using Agent.Testing;

namespace Agent.Kubernetes.Tests.Watching;

public sealed class RecoveryTests
{
    private const string List = """{"metadata":{"resourceVersion":"500"},"items":[{"metadata":{"name":"a","uid":"1","resourceVersion":"7"}}]}""";
    private const string OlderList = """{"metadata":{"resourceVersion":"20"},"items":[{"metadata":{"name":"a","uid":"1","resourceVersion":"7"}},{"metadata":{"name":"b","uid":"2","resourceVersion":"9"}}]}""";
    private readonly FakeTimeProvider _time = new();

    [Fact]
    public async Task Storage_that_was_put_back_to_an_older_state_is_listed_again_after_a_while()
    {
        using CannedAnswers answers = Answers(List);
        for (int i = 0; i < 5; i++)
        {
            answers.Then(HttpStatusCode.GatewayTimeout, """{"kind":"Status","reason":"Timeout","message":"Too large resource version: 500, current: 20","code":504}"""u8.ToArray());
        }
        answers.Then(HttpStatusCode.OK, Encoding.UTF8.GetBytes(OlderList)).Then(HttpStatusCode.OK, Silence);
        await RunAsync(answers, watch =>
        {
            Assert.Equal(["a", "b"], watch.Objects.Keys.Order());
            Assert.Equal("/api/v1/pods?limit=500", answers.Asked.ElementAt(6).PathAndQuery);
        });
    }

    [Theory]
    [InlineData(HttpStatusCode.OK, "text/html", "<html>Please log in</html>")]
    [InlineData(HttpStatusCode.GatewayTimeout, "text/html", "<html>The server did not answer</html>")]
    [InlineData(HttpStatusCode.BadRequest, "text/html", "<html>The plain HTTP request was sent to HTTPS port</html>")]
    [InlineData(HttpStatusCode.GatewayTimeout, "application/json", """{"kind":"Status","reason":"Timeout","message":"request did not complete within the allotted timeout","code":504}""")]
    public async Task However_often_something_else_answers_the_watch_goes_on_from_its_version(HttpStatusCode status, string type, string body)
    {
        using CannedAnswers answers = Answers(List);
        for (int i = 0; i < 12; i++)
        {
            answers.Then(status, Encoding.UTF8.GetBytes(body), type);
        }
        answers.Then(HttpStatusCode.OK, Silence);
        using HttpMessageInvoker http = answers.ToInvoker();
        await using ResourceWatch<TestPod> watch = Start(http);
        await watch.FirstList;
        await _time.AdvanceUntilAsync(TimeSpan.FromSeconds(5), () => watch.Status.Resumes == 1, "it goes on");
        Assert.Equal(1, watch.Status.Lists);
        Assert.All(answers.Asked.Skip(1), static asked => Assert.Contains("watch=1", asked.PathAndQuery, StringComparison.Ordinal));
    }

    [Fact]
    public async Task An_event_that_can_never_be_read_is_passed_by_with_a_list()
    {
        using CannedAnswers answers = Answers(List);
        for (int i = 0; i < 5; i++)
        {
            answers.Then(HttpStatusCode.OK, """{"type":"ADDED","object":{"metadata":{"name":"x",}}}"""u8.ToArray());
        }
        answers.Then(HttpStatusCode.OK, Encoding.UTF8.GetBytes(OlderList)).Then(HttpStatusCode.OK, Silence);
        await RunAsync(answers, static watch => Assert.Equal(["a", "b"], watch.Objects.Keys.Order()));
    }

    [Fact]
    public async Task A_relist_keeps_the_objects_that_have_not_changed()
    {
        using CannedAnswers answers = Answers(List)
            .Then(HttpStatusCode.Gone, """{"kind":"Status","reason":"Expired","code":410}"""u8.ToArray())
            .Then(HttpStatusCode.OK, Encoding.UTF8.GetBytes(OlderList))
            .Then(HttpStatusCode.OK, Silence);
        using HttpMessageInvoker http = answers.ToInvoker();
        await using ResourceWatch<TestPod> watch = Start(http);
        await watch.FirstList;
        TestPod before = watch.Objects["a"];
        await _time.AdvanceUntilAsync(TimeSpan.FromSeconds(1), () => watch.Status.Lists == 2, "it is listed again");
        Assert.Same(before, watch.Objects["a"]);
    }

    [Fact]
    public async Task An_expiry_after_failures_is_no_failure_itself()
    {
        using CannedAnswers answers = Answers(List)
            .Then(HttpStatusCode.InternalServerError, [])
            .Then(HttpStatusCode.InternalServerError, [])
            .Then(HttpStatusCode.Gone, """{"kind":"Status","reason":"Expired","code":410}"""u8.ToArray())
            .Then(HttpStatusCode.OK, Encoding.UTF8.GetBytes(OlderList))
            .Then(HttpStatusCode.OK, Silence);
        await RunAsync(answers, static watch => Assert.Equal("watching", watch.Status.Message));
    }

    [Fact]
    public async Task A_transport_that_gives_up_by_itself_is_a_failure_and_not_the_end()
    {
        using var transport = new GivesUp();
        using var http = new HttpMessageInvoker(transport);
        await using ResourceWatch<TestPod> watch = Start(http);
        await _time.AdvanceUntilAsync(TimeSpan.FromSeconds(1), () => transport.Asked > 4, "it is tried again");
        Assert.False(watch.Status.IsHealthy);
        Assert.Contains("in time", watch.Status.Message, StringComparison.Ordinal);
        Assert.False(watch.FirstList.IsCompleted);
    }

    [Fact]
    public void Pauses_grow_to_half_a_minute_and_heed_what_the_server_asks_for()
    {
        var pace = new RetryPace(static () => 0.5);
        Assert.Equal([0.5, 1, 2, 4, 8, 16, 30, 30], Enumerable.Range(0, 8).Select(_ => pace.Next().TotalSeconds));
        Assert.Equal(45, pace.Next(TimeSpan.FromSeconds(45)).TotalSeconds);
        Assert.Equal(60, pace.Next(TimeSpan.FromHours(1)).TotalSeconds);
        pace.Reset();
        Assert.Equal(0.5, pace.Next().TotalSeconds);
        Assert.Equal(3, pace.Next(TimeSpan.FromSeconds(3)).TotalSeconds);
        var widest = new RetryPace(static () => 1);
        Assert.All(Enumerable.Range(0, 20).Select(_ => widest.Next()), static pause => Assert.True(pause <= TimeSpan.FromSeconds(30)));
    }

    private static Stream Silence() => new PiecewiseStream([], static () => 1, staysOpen: true);

    private static CannedAnswers Answers(string list) => new CannedAnswers().Then(HttpStatusCode.OK, Encoding.UTF8.GetBytes(list));

    private async Task RunAsync(CannedAnswers answers, Action<ResourceWatch<TestPod>> check)
    {
        using HttpMessageInvoker http = answers.ToInvoker();
        await using ResourceWatch<TestPod> watch = Start(http);
        await _time.AdvanceUntilAsync(TimeSpan.FromSeconds(1), () => watch.Status is { Lists: 2, IsHealthy: true }, "it is listed again");
        check(watch);
    }

    private ResourceWatch<TestPod> Start(HttpMessageInvoker http) => new(
        new KubernetesClient(http, new Uri("http://localhost/"), _time),
        TestPod.Kind,
        new WatchScope(),
        new WatchSettings { Time = _time, Jitter = static () => 0.5 });

    /// <summary>Does what a socket's handler does when a connection takes too long.</summary>
    private sealed class GivesUp : HttpMessageHandler
    {
        public int Asked { get; private set; }

        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            Asked++;
            throw new TaskCanceledException("a task was canceled", new TimeoutException());
        }
    }
}
