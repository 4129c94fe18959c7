using System.Collections.Concurrent;
using System.Text.Json;
using Agent.Components.Tests.Discovery;
using Microsoft.AspNetCore.Http;

namespace Agent.Components.Tests.Remote;

/// <summary>As much of Vault as a client sees: logins, an engine of each version, leases.</summary>
internal sealed class FakeVault : IAsyncDisposable
{
    private FakeHttpServer? _server;
    private int _tokens;

    /// <summary>Answers by method and path, such as <c>GET secret/data/app</c>: a status and a body.</summary>
    public ConcurrentDictionary<string, (int Status, string Body)> Answers { get; } = [];

    /// <summary>Method, path, token, namespace and body of each request.</summary>
    public ConcurrentQueue<(string Line, string Token, string Namespace, string Body)> Requests { get; } = [];

    /// <summary>Where set, only these may read; with others the answer is 403.</summary>
    public string? GoodToken { get; set; }

    public int LoginSeconds { get; set; }

    public string Url => _server!.Url;

    public static async Task<FakeVault> StartAsync()
    {
        var vault = new FakeVault();
        vault._server = await FakeHttpServer.StartAsync(vault.AnswerAsync);
        return vault;
    }

    public int Count(string line) => Requests.Count(request => request.Line == line);

    public string BodyOf(string line) => Requests.Last(request => request.Line == line).Body;

    public void Secret(string value) => Answers["GET secret/data/app"] = (200,
        """{"lease_id":"","renewable":false,"lease_duration":0,"data":{"data":{"password":"VALUE","port":1},"metadata":{"version":1}}}"""
            .Replace("VALUE", value, StringComparison.Ordinal));

    public ValueTask DisposeAsync() => _server!.DisposeAsync();

    private async Task AnswerAsync(HttpContext http)
    {
        using var reader = new StreamReader(http.Request.Body);
        string body = await reader.ReadToEndAsync();
        string line = $"{http.Request.Method} {http.Request.Path.Value![4..]}";
        string token = http.Request.Headers["X-Vault-Token"].ToString();
        (int status, string answer) = Answers.TryGetValue(line, out (int, string) known) ? known
            : line.Contains("/login", StringComparison.Ordinal) ? (200, Login())
            : (404, """{"errors":[]}""");
        if (GoodToken is { } good && line.StartsWith("GET", StringComparison.Ordinal) && token != good)
        {
            (status, answer) = (403, """{"errors":["permission denied"]}""");
        }
        Requests.Enqueue((line, token, http.Request.Headers["X-Vault-Namespace"].ToString(), body));
        http.Response.StatusCode = status;
        await FakeHttpServer.JsonAsync(http, answer);
    }

    private string Login() => JsonSerializer.Serialize(new Dictionary<string, object?>
    {
        ["auth"] = new Dictionary<string, object> { ["client_token"] = $"token-{++_tokens}", ["lease_duration"] = LoginSeconds, ["renewable"] = true },
        ["data"] = null,
    });
}
