using System.Collections.Concurrent;
using System.Text;
using Agent.Components.Tests.Discovery;
using Agent.Sdk.RemoteConfiguration;
using Agent.Wire;
using Agent.Wire.Protobuf;
using Microsoft.AspNetCore.Http;

namespace Agent.Components.Tests.RemoteConfig;

/// <summary>A server of the alloy-remote-config API whose answers the test sets.</summary>
internal sealed class FakeCollectorServer : IAsyncDisposable
{
    private FakeHttpServer? _http;

    public string Content { get; set; } = "one";

    /// <summary>Whether a collector that knows the content is told so.</summary>
    public bool KnowsHashes { get; set; } = true;

    public int Status { get; set; } = 200;

    public int RegisterStatus { get; set; } = 200;

    public string ErrorBody { get; set; } = """{"code":"unavailable","message":"come back later"}""";

    public string ContentType { get; set; } = "application/proto";

    public string Url => _http!.Url;

    /// <summary>Procedures, in the order of the calls.</summary>
    public ConcurrentQueue<string> Calls { get; } = [];

    public ConcurrentQueue<ReceivedCall> Received { get; } = [];

    public static async Task<FakeCollectorServer> StartAsync()
    {
        var server = new FakeCollectorServer();
        server._http = await FakeHttpServer.StartAsync(server.AnswerAsync);
        return server;
    }

    public ReceivedCall Last(string procedure) => Received.Last(call => call.Procedure == procedure);

    public ValueTask DisposeAsync() => _http!.DisposeAsync();

    private async Task AnswerAsync(HttpContext http)
    {
        using var body = new MemoryStream();
        await http.Request.Body.CopyToAsync(body);
        string procedure = http.Request.Path.Value!["/collector.v1.CollectorService/".Length..];
        var call = new ReceivedCall(
            procedure, http.Request.Method, http.Request.ContentType, http.Request.Headers["Connect-Protocol-Version"], http.Request.Headers.Authorization, body.ToArray());
        int status = procedure == "RegisterCollector" ? RegisterStatus : Status;
        http.Response.StatusCode = status;
        http.Response.ContentType = status == 200 ? ContentType : "application/json";
        byte[] answer = status != 200 ? Encoding.UTF8.GetBytes(ErrorBody) : procedure == "GetConfig" ? Config(call) : [];
        await http.Response.Body.WriteAsync(answer);
        Received.Enqueue(call);
        Calls.Enqueue(procedure);
    }

    private byte[] Config(ReceivedCall call)
    {
        using var bytes = new GrowableBuffer();
        var message = new ProtobufWriter(bytes);
        string hash = "h-" + Content;
        if (KnowsHashes && call.Text(3) == hash)
        {
            message.WriteBool(3, true);
        }
        else
        {
            message.WriteString(1, Encoding.UTF8.GetBytes(Content));
            message.WriteString(2, Encoding.UTF8.GetBytes(hash));
            // A field of a later version is passed over.
            message.WriteUInt64(9, 5);
        }
        return bytes.Written.ToArray();
    }
}

internal sealed record ReceivedCall(string Procedure, string Method, string? ContentType, string? Protocol, string? Authorization, byte[] Message)
{
    public string Text(params int[] path) => Encoding.UTF8.GetString(Fields(path).LastOrDefault() ?? []);

    public Dictionary<string, string> Map(int field) => Fields(field).ToDictionary(
        static entry => Encoding.UTF8.GetString(Of(entry, 1).Single()), static entry => Encoding.UTF8.GetString(Of(entry, 2).Single()));

    /// <summary>The outcome and the error of the status in the message; null where there is none.</summary>
    public (ulong Outcome, string Error)? Report
    {
        get
        {
            if (Fields(5).SingleOrDefault() is not { } status)
            {
                return null;
            }
            var reader = new ProtobufReader(status);
            (ulong outcome, string error) = (0, "");
            while (reader.Next())
            {
                if (reader.Field == 1)
                {
                    Assert.True(reader.TryVarint(out outcome));
                }
                else
                {
                    Assert.True(reader.TryBytes(out ReadOnlySpan<byte> text));
                    error = Encoding.UTF8.GetString(text);
                }
            }
            return (outcome, error);
        }
    }

    private IEnumerable<byte[]> Fields(params int[] path)
    {
        IEnumerable<byte[]> at = [Message];
        foreach (int field in path)
        {
            at = at.SelectMany(message => Of(message, field)).ToList();
        }
        return at;
    }

    private static List<byte[]> Of(byte[] message, int field)
    {
        var found = new List<byte[]>();
        var reader = new ProtobufReader(message);
        while (reader.Next())
        {
            if (reader.Field == field && reader.Type == WireType.LengthDelimited && reader.TryBytes(out ReadOnlySpan<byte> value))
            {
                found.Add(value.ToArray());
            }
            else
            {
                reader.Skip();
            }
        }
        Assert.Null(reader.Error);
        return found;
    }
}

/// <summary>Remembers what it was to run, and refuses what begins with "bad".</summary>
internal sealed class FakeRemoteGraph : IRemoteGraph
{
    public ConcurrentQueue<string> Loads { get; } = [];

    /// <summary>Null while nothing runs.</summary>
    public string? Running { get; private set; }

    public Task<string?> LoadAsync(string text)
    {
        Loads.Enqueue(text);
        if (text.StartsWith("bad", StringComparison.Ordinal))
        {
            return Task.FromResult<string?>($"remotecfg:1:1: cannot run {text}");
        }
        Running = text;
        return Task.FromResult<string?>(null);
    }

    public Task UnloadAsync()
    {
        Running = null;
        return Task.CompletedTask;
    }
}
