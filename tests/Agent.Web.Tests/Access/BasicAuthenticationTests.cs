using System.Net;
using System.Net.Http.Headers;
using System.Text;

namespace Agent.Web.Tests.Access;

public sealed class BasicAuthenticationTests
{
    private const string Basic = """
        basic {
              username = "someone"
              password = "opensesame"
            }
        """;

    [Fact]
    public async Task Without_a_filter_every_path_asks_for_the_password()
    {
        await using WebHarness web = await WebHarness.StartAsync("http { \n auth { \n" + Basic + "\n}\n}");
        using HttpResponseMessage response = await web.Client.GetAsync(new Uri(web.Url("/-/ready")));
        Assert.Equal(HttpStatusCode.Unauthorized, response.StatusCode);
        Assert.Equal("Basic realm=\"Restricted\"", response.Headers.WwwAuthenticate.ToString());

        Assert.Equal(HttpStatusCode.Unauthorized, await StatusAsync(web, "/metrics", "someone:wrong"));
        Assert.Equal(HttpStatusCode.Unauthorized, await StatusAsync(web, "/metrics", "other:opensesame"));
        Assert.Equal(HttpStatusCode.Unauthorized, await StatusAsync(web, "/metrics", "nocolon"));
        Assert.Equal(HttpStatusCode.OK, await StatusAsync(web, "/metrics", "someone:opensesame"));
    }

    [Theory]
    [InlineData(true, HttpStatusCode.Unauthorized, HttpStatusCode.OK)]
    [InlineData(false, HttpStatusCode.OK, HttpStatusCode.Unauthorized)]
    public async Task A_filter_says_which_paths_ask(bool matching, HttpStatusCode metrics, HttpStatusCode ready)
    {
        await using WebHarness web = await WebHarness.StartAsync($$"""
            http {
              auth {
                {{Basic}}
                filter {
                  paths                       = ["/metrics", "/v1"]
                  authenticate_matching_paths = {{(matching ? "true" : "false")}}
                }
              }
            }
            """);
        Assert.Equal(metrics, (await web.GetAsync("/metrics")).Status);
        Assert.Equal(ready, (await web.GetAsync("/-/ready")).Status);
    }

    [Fact]
    public async Task Without_the_block_everything_is_open_again()
    {
        await using WebHarness web = await WebHarness.StartAsync("http { \n auth { \n" + Basic + "\n}\n}");
        web.Configuration = "";
        await web.LoadAsync();
        Assert.Equal(HttpStatusCode.OK, (await web.GetAsync("/metrics")).Status);
    }

    private static async Task<HttpStatusCode> StatusAsync(WebHarness web, string path, string pair)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, web.Url(path));
        request.Headers.Authorization = new AuthenticationHeaderValue("Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes(pair)));
        using HttpResponseMessage response = await web.Client.SendAsync(request);
        return response.StatusCode;
    }
}
