using System.Globalization;
using System.IO.Compression;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;

namespace Agent.Testing.Kubernetes;

/// <summary>Answers requests from the store: everything but watches.</summary>
internal sealed class FakeApiHandler(FakeStore store, FakeFaults faults, TimeProvider time)
{
    /// <summary>API servers compress from here on, and only what is no watch.</summary>
    private const int CompressedFrom = 128 * 1024;

    private long _bytesSaved;

    /// <summary>Bytes that did not go over the wire because lists were compressed.</summary>
    public long BytesSaved => Interlocked.Read(ref _bytesSaved);

    public Func<FakeLogRequest, HttpContext, Task>? Logs { get; set; }

    public async Task AnswerAsync(HttpContext http, FakeRequest request, FakeBody body)
    {
        if (Refusal(http, request) is var (status, text))
        {
            await SendAsync(http, body, status, text);
            return;
        }
        switch (request.Verb)
        {
            case "list":
                await ListAsync(http, request, body);
                return;
            case "watch":
                await new FakeWatch(store, faults, time).RunAsync(http, request, body);
                return;
            case "get" when request.Resource == "pods/log":
                await LogAsync(http, request, body);
                return;
            case "get" when request.Collection.Length == 0:
                await SendAsync(http, body, 200, """{"major":"1","minor":"36","gitVersion":"v1.36.0"}""");
                return;
            case "get":
                FakeObject? found = store.Collection(request.Collection).Objects.GetValueOrDefault(KeyOf(request));
                await SendAsync(http, body, found is null ? 404 : 200, found?.Whole ?? FakeStatus.NotFound(request));
                return;
            case "create" or "update":
                (int code, string answer) = await WriteAsync(http, request);
                await SendAsync(http, body, code, answer);
                return;
            case "delete":
                FakeObject? gone = store.Delete(request.Collection, KeyOf(request));
                await SendAsync(http, body, gone is null ? 404 : 200, gone?.Whole ?? FakeStatus.NotFound(request));
                return;
            default:
                await SendAsync(http, body, 405, FakeStatus.Json(405, "MethodNotAllowed", "the server does not allow this method on the requested resource"));
                return;
        }
    }

    public static async Task SendAsync(HttpContext http, FakeBody body, int status, string json, string type = "application/json")
    {
        http.Response.StatusCode = status;
        http.Response.ContentType = type;
        await body.WriteAsync(Encoding.UTF8.GetBytes(json));
    }

    private (int Status, string Body)? Refusal(HttpContext http, FakeRequest request)
    {
        if (faults.Failures.TryDequeue(out (int, string) failure))
        {
            return failure;
        }
        if (faults.Token is { } token && http.Request.Headers.Authorization != "Bearer " + token)
        {
            return (401, FakeStatus.Unauthorized());
        }
        return faults.Denies(request) ? (403, FakeStatus.Forbidden(request)) : null;
    }

    private async Task ListAsync(HttpContext http, FakeRequest request, FakeBody body)
    {
        IQueryCollection query = http.Request.Query;
        int limit = int.TryParse(query["limit"].ToString(), out int given) ? given : 0;
        string token = query["continue"].ToString();
        string match = query["resourceVersionMatch"].ToString();
        string version = query["resourceVersion"].ToString();
        if (match.Length > 0 && (token.Length > 0 || version.Length == 0))
        {
            string reason = token.Length > 0 ? "resourceVersionMatch is forbidden for continue" : "resourceVersionMatch is forbidden unless resourceVersion is provided";
            await SendAsync(http, body, 422, FakeStatus.Json(422, "Invalid", reason));
            return;
        }
        var selector = new FakeSelector(query["labelSelector"], query["fieldSelector"]);
        if (store.List(request.Collection, request.Namespace, selector, (limit, token)) is not { } page)
        {
            faults.Expiries.Enqueue(request);
            await SendAsync(http, body, 410, FakeStatus.ContinueGone());
            return;
        }
        var metadata = new JsonObject { ["resourceVersion"] = page.Version.ToString(CultureInfo.InvariantCulture) };
        if (page.Continue is not null)
        {
            metadata["continue"] = page.Continue;
            metadata["remainingItemCount"] = page.Remaining;
        }
        string head = $$"""{"kind":"{{page.Collection.Kind}}List","apiVersion":"{{page.Collection.ApiVersion}}","metadata":{{metadata.ToJsonString()}},"items":[""";
        await SendListAsync(http, body, Encoding.UTF8.GetBytes(head + string.Join(',', page.Items) + "]}"));
    }

    private async Task SendListAsync(HttpContext http, FakeBody body, byte[] json)
    {
        http.Response.ContentType = "application/json";
        if (json.Length <= CompressedFrom || !http.Request.Headers.AcceptEncoding.ToString().Contains("gzip", StringComparison.Ordinal))
        {
            await body.WriteAsync(json);
            return;
        }
        using var compressed = new MemoryStream();
        using (var gzip = new GZipStream(compressed, CompressionLevel.Fastest, leaveOpen: true))
        {
            gzip.Write(json);
        }
        http.Response.Headers.ContentEncoding = "gzip";
        Interlocked.Add(ref _bytesSaved, json.Length - compressed.Length);
        await body.WriteAsync(compressed.ToArray());
    }

    private async Task<(int Status, string Body)> WriteAsync(HttpContext http, FakeRequest request)
    {
        using var reader = new StreamReader(http.Request.Body);
        JsonObject? json;
        try
        {
            json = JsonNode.Parse(await reader.ReadToEndAsync(http.RequestAborted)) as JsonObject;
        }
        catch (JsonException)
        {
            json = null;
        }
        if (json?["metadata"] is not JsonObject metadata || (string?)metadata["name"] is not { Length: > 0 } name)
        {
            return (400, FakeStatus.Json(400, "BadRequest", "the body is no object with a name"));
        }
        if (request.Namespace is { } inNamespace)
        {
            metadata["namespace"] = inNamespace;
        }
        string key = request.Namespace is null ? name : $"{request.Namespace}/{name}";
        lock (store.Gate)
        {
            FakeObject? before = store.Collection(request.Collection).Objects.GetValueOrDefault(key);
            if (request.Verb == "create")
            {
                return before is null ? (201, Put(request, json)) : (409, FakeStatus.Exists(request, name));
            }
            if (before is null)
            {
                return (404, FakeStatus.NotFound(request));
            }
            bool stale = (string?)metadata["resourceVersion"] is { Length: > 0 } based && based != before.Version;
            return stale ? (409, FakeStatus.Conflict(request)) : (200, Put(request, json));
        }
    }

    private string Put(FakeRequest request, JsonObject json) => store.Put(request.Collection, json, time.GetUtcNow()).Whole;

    private async Task LogAsync(HttpContext http, FakeRequest request, FakeBody body)
    {
        if (Logs is null || !store.Collection("v1/pods").Objects.ContainsKey($"{request.Namespace}/{request.Name}"))
        {
            await SendAsync(http, body, 404, FakeStatus.NotFound(request with { Subresource = "" }));
            return;
        }
        http.Response.ContentType = "text/plain";
        await Logs(new FakeLogRequest(request.Namespace!, request.Name!, http.Request.Query["container"].ToString(), http.Request.Query), http);
    }

    private static string KeyOf(FakeRequest request) => request.Namespace is null ? request.Name! : $"{request.Namespace}/{request.Name}";
}
