using System.Net;

namespace Agent.EndToEnd;

/// <summary>config/quickstart.alloy as `make run` runs it. One class: its receiver has a fixed port.</summary>
public sealed class QuickstartTests
{
    private const string Configuration = "config/quickstart.alloy";

    [NativeFact]
    public async Task It_prints_what_the_sample_pods_logged_except_debug_lines()
    {
        await using RunningAgent agent = await RunningAgent.StartAsync(Configuration, static environment => environment.Remove("LOKI_URL"));

        await agent.LineAsync("loki.echo.arrived", "order accepted", "checkout", "shop", "quickstart", "8f2d6c1ab0934e57a1c09d3e5b7f2410");
        await agent.LineAsync("loki.echo.arrived", "stock is low", "warn");
        await agent.LineAsync("loki.echo.arrived", "plugin/errors", "kube-system");
        await agent.LineAsync("loki.echo.arrived", "PaymentRefused", "Http.Handle");
        Assert.Equal(0, await agent.StopAsync());
        Assert.DoesNotContain(agent.Lines, static line =>
            line.Contains("cache hit", StringComparison.Ordinal) || line.Contains("cart saved", StringComparison.Ordinal));
    }

    [NativeTheory]
    [InlineData("")]
    [InlineData("/")]
    [InlineData("/loki/api/v1/push")]
    public async Task With_LOKI_URL_set_it_also_pushes_there(string path)
    {
        using var listener = new HttpListener();
        int port = FreePort.Next();
        listener.Prefixes.Add($"http://127.0.0.1:{port}/");
        listener.Start();

        await using RunningAgent agent = await RunningAgent.StartAsync(
            Configuration, environment => environment["LOKI_URL"] = $"http://127.0.0.1:{port}{path}");
        HttpListenerContext push = await listener.GetContextAsync().WaitAsync(TimeSpan.FromSeconds(30));
        push.Response.StatusCode = 204;
        push.Response.Close();

        Assert.Equal("POST", push.Request.HttpMethod);
        Assert.Equal("/loki/api/v1/push", push.Request.Url!.AbsolutePath);
        await agent.LineAsync("loki.echo.arrived", "order accepted");
    }
}
