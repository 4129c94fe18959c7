using System.Collections.Concurrent;
using System.Globalization;
using System.Net;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;

namespace Agent.Testing.Kubernetes;

/// <summary>
/// An API server on loopback: lists with chunks, watches with bookmarks and expiry, objects that are written with optimistic
/// concurrency, container logs by a hook of the test's; and everything that goes wrong with such servers.
/// </summary>
/// <remarks>
/// Collections are named by version and plural: <c>v1/pods</c>, <c>discovery.k8s.io/v1/endpointslices</c>. Objects are JSON text; only
/// <c>metadata.name</c> (and <c>metadata.namespace</c> where it has one) must be there. All members may be used from any thread.
/// </remarks>
public sealed class FakeApiServer : IAsyncDisposable
{
    private readonly FakeStore _store = new();
    private readonly FakeFaults _faults = new();
    private readonly FakeApiHandler _handler;
    private readonly TimeProvider _time;
    private WebApplication? _app;
    private int _port;
    private long _bytesSent;

    private readonly X509Certificate2? _certificate;

    private FakeApiServer(TimeProvider time, X509Certificate2? certificate)
    {
        (_time, _certificate) = (time, certificate);
        _handler = new FakeApiHandler(_store, _faults, time);
    }

    /// <summary>Base URL; the port stays through restarts.</summary>
    public Uri Url => new($"{(_certificate is null ? "http" : "https")}://127.0.0.1:{_port}/");

    /// <summary>How the last request came, such as <c>HTTP/2</c>.</summary>
    public string LastProtocol { get; private set; } = "";

    /// <summary>All requests, in the order in which they came.</summary>
    public ConcurrentQueue<FakeRequest> Requests { get; } = [];

    /// <summary>Bytes of bodies sent so far, before lists were compressed.</summary>
    public long BytesSent => BytesOnWire + _handler.BytesSaved;

    /// <summary>Bytes of bodies sent so far, as they went over the wire.</summary>
    public long BytesOnWire => Interlocked.Read(ref _bytesSent);

    /// <summary>The version of the last change, as lists carry it.</summary>
    public long Version => _store.Version;

    /// <summary>Answers requests for container logs of pods that exist; without it they are not found.</summary>
    public Func<FakeLogRequest, HttpContext, Task>? Logs
    {
        get => _handler.Logs;
        set => _handler.Logs = value;
    }

    /// <summary>Only requests with this bearer token are answered, others get 401; null for all.</summary>
    public string? RequiredToken
    {
        get => _faults.Token;
        set => _faults.Token = value;
    }

    /// <summary>Answers everything with 200 and a page of HTML, as a login page or a proxy does.</summary>
    public bool ServesHtml
    {
        get => _faults.ServesHtml;
        set => _faults.ServesHtml = value;
    }

    /// <summary>The status of the page of HTML.</summary>
    public int HtmlStatus
    {
        get => _faults.HtmlStatus;
        set => _faults.HtmlStatus = value;
    }

    /// <summary>Answers watches that have expired with the status 410, instead of an event that says so.</summary>
    public bool ExpiresByStatus
    {
        get => _faults.ExpiresByStatus;
        set => _faults.ExpiresByStatus = value;
    }

    /// <summary>Asked for each piece of an answer (a list, an event) with its length: how many bytes of it come before the connection breaks; null for all.</summary>
    public Func<FakeRequest, int, int?>? BreaksIn
    {
        get => _faults.BreaksIn;
        set => _faults.BreaksIn = value;
    }

    /// <summary>Lists and watches that were answered with 410, in the order in which they were.</summary>
    public ConcurrentQueue<FakeRequest> Expiries => _faults.Expiries;

    /// <summary>Lists that went out to their end, in the order in which they did.</summary>
    public ConcurrentQueue<FakeRequest> WholeLists { get; } = [];

    /// <param name="time">Ends watches after their timeout and dates objects and answers; the system's by default.</param>
    /// <param name="certificate">With its key, to listen for TLS (and HTTP/2); plain HTTP without it.</param>
    public static async Task<FakeApiServer> StartAsync(TimeProvider? time = null, X509Certificate2? certificate = null)
    {
        var server = new FakeApiServer(time ?? TimeProvider.System, certificate);
        await server.ComeUpAsync();
        return server;
    }

    /// <summary>Adds an object or replaces the one of its name; gives the version that it got.</summary>
    public string Put(string collection, string json) =>
        _store.Put(collection, (JsonObject)JsonNode.Parse(json)!, _time.GetUtcNow()).Version;

    /// <summary>Removes an object, if it is there.</summary>
    /// <param name="key"><c>namespace/name</c>, or the name for objects of the cluster.</param>
    public void Delete(string collection, string key) => _store.Delete(collection, key);

    /// <summary>Takes the objects of a captured list with their versions.</summary>
    public void LoadList(string collection, string listJson) => _store.Load(collection, (JsonObject)JsonNode.Parse(listJson)!);

    /// <summary>What is there now: the JSON of each object by <c>namespace/name</c> (by name for objects of the cluster).</summary>
    public IReadOnlyDictionary<string, JsonObject> Objects(string collection)
    {
        lock (_store.Gate)
        {
            return _store.Collection(collection).Objects.ToDictionary(static pair => pair.Key, static pair => pair.Value.Json);
        }
    }

    /// <summary>Puts an item into every list of the collection as it is, such as <c>null</c>.</summary>
    public void AddRawItem(string collection, string json)
    {
        lock (_store.Gate)
        {
            _store.Collection(collection).RawItems.Add(json);
        }
    }

    /// <summary>Sends bytes to the watches of the collection as they are.</summary>
    public void SendRaw(string collection, string text) => _store.Say(collection, Encoding.UTF8.GetBytes(text));

    /// <summary>Sends a bookmark to all watches of the collection that allow it.</summary>
    public void SendBookmark(string collection) => _store.Say(collection, null);

    /// <summary>Makes 410 of continue tokens and of watches that begin before now; watches that run go on.</summary>
    public void ExpireHistory() => _store.ExpireHistory();

    /// <summary>Makes 410 of the continue tokens that were given so far, and of those of the next lists.</summary>
    /// <param name="next">How many tokens from now on are bad from the beginning.</param>
    public void ExpireContinues(int next = 0) => _store.ExpireContinues(next);

    /// <summary>Breaks all connections at once; new ones are served.</summary>
    public void DropConnections() => _faults.DropConnections();

    /// <summary>Ends all watches as they end after their timeout.</summary>
    public void EndWatches() => _faults.EndWatches();

    /// <summary>From now on nothing is answered and nothing sent, and no connection breaks, until <see cref="Heal"/>.</summary>
    public void Partition() => _faults.Partition();

    public void Heal() => _faults.Heal();

    /// <summary>403 for a verb on a resource.</summary>
    /// <param name="resource">As in an RBAC rule: <c>pods</c>, <c>pods/log</c>.</param>
    /// <param name="inNamespace">Null for everywhere.</param>
    public void Deny(string resource, string verb, string? inNamespace = null) => _faults.Deny(resource, verb, inNamespace);

    /// <summary>Takes back all that was denied.</summary>
    public void AllowAll() => _faults.Allow();

    /// <summary>The next answer to this verb breaks off, and its connection breaks, after so many bytes of the body.</summary>
    public void TruncateNext(string verb, int bytes) => _faults.Truncations.Enqueue((verb, bytes));

    /// <summary>The next request fails; in order where it is called more often.</summary>
    public void FailNext(int status, string reason, string message) => _faults.Failures.Enqueue((status, FakeStatus.Json(status, reason, message)));

    /// <summary>How many requests of a verb there were for a resource such as <c>pods</c>.</summary>
    public int CountOf(string verb, string resource) => Requests.Count(request => request.Verb == verb && request.Resource == resource);

    /// <summary>Stops listening, as a server that restarts does.</summary>
    public async Task GoDownAsync()
    {
        if (Interlocked.Exchange(ref _app, null) is { } app)
        {
            DropConnections();
            await app.DisposeAsync();
        }
    }

    /// <summary>Listens again, on the port of before.</summary>
    public async Task ComeUpAsync()
    {
        WebApplication app = LoopbackServer.Build(options => options.Listen(IPAddress.Loopback, _port, listen =>
        {
            if (_certificate is not null)
            {
                listen.UseHttps(_certificate);
            }
        }));
        app.Run(AnswerAsync);
        await app.StartAsync();
        _port = new Uri(app.Urls.First()).Port;
        _app = app;
    }

    /// <summary>Writes a kubeconfig whose current context is this server, with the required token if there is one.</summary>
    public void WriteKubeconfig(string path) => File.WriteAllText(path, $"""
        apiVersion: v1
        kind: Config
        current-context: fake
        contexts:
          - name: fake
            context: {"{"}cluster: fake, user: fake{"}"}
        clusters:
          - name: fake
            cluster:
              server: {Url.ToString().TrimEnd('/')}
        users:
          - name: fake
            user:
              token: "{RequiredToken}"

        """);

    public async ValueTask DisposeAsync()
    {
        Heal();
        await GoDownAsync();
        _faults.Dispose();
    }

    private async Task AnswerAsync(HttpContext http)
    {
        FakeRequest request = FakeRequest.Of(http.Request);
        Requests.Enqueue(request);
        LastProtocol = http.Request.Protocol;
        http.Response.Headers.Date = _time.GetUtcNow().ToString("R", CultureInfo.InvariantCulture);
        await using CancellationTokenRegistration dropped = _faults.Connections.Register(http.Abort);
        try
        {
            await _faults.Reachable.WaitAsync(http.RequestAborted);
            var body = new FakeBody(http, request, _faults, sent => Interlocked.Add(ref _bytesSent, sent));
            if (ServesHtml)
            {
                await FakeApiHandler.SendAsync(http, body, HtmlStatus, "<!doctype html><html><body>Please log in</body></html>", "text/html");
                return;
            }
            await _handler.AnswerAsync(http, request, body);
            if (request.Verb == "list" && http.Response.StatusCode == 200)
            {
                await http.Response.CompleteAsync();
                WholeLists.Enqueue(request);
            }
        }
        catch (OperationCanceledException)
        {
            // The client is gone, or was to be dropped.
        }
    }
}
