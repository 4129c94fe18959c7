using System.Net;
using System.Text;
using Agent.Testing;
using Agent.Wire;
using Agent.Wire.LokiPush;
using Agent.Wire.Snappy;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;

namespace Agent.EndToEnd;

/// <summary>One entry as it came over the wire.</summary>
/// <param name="Stream">The labels as text.</param>
/// <param name="Timestamp">Nanoseconds since 1970.</param>
/// <param name="Line">The line.</param>
/// <param name="Request">The number of the request that brought it, from 1.</param>
internal sealed record SinkEntry(string Stream, long Timestamp, string Line, int Request)
{
    /// <summary>The labels of the stream.</summary>
    public IReadOnlyDictionary<string, string> Labels { get; } = Read(Stream);

    /// <summary>Structured metadata, as <c>name=value</c> in the order of the names.</summary>
    public IReadOnlyList<string> Metadata { get; init; } = [];

    /// <summary>Of the request; empty without one.</summary>
    public string Tenant { get; init; } = "";

    private static Dictionary<string, string> Read(string stream)
    {
        var labels = new Dictionary<string, string>(StringComparer.Ordinal);
        byte[] text = Encoding.UTF8.GetBytes(stream);
        var reader = new LabelsTextReader(text, new byte[text.Length]);
        while (reader.TryRead(out ReadOnlySpan<byte> name, out ReadOnlySpan<byte> value))
        {
            labels.Add(Encoding.UTF8.GetString(name), Encoding.UTF8.GetString(value));
        }
        return labels;
    }
}

/// <summary>Loki's push API on loopback. Remembers what it accepted, and refuses what is no correct request.</summary>
internal sealed class LokiSink : IAsyncDisposable
{
    private const int LongestBody = 64 << 20;
    private static readonly UTF8Encoding Strict = new(false, throwOnInvalidBytes: true);
    private readonly Lock _gate = new();
    private readonly List<SinkEntry> _entries = [];
    private readonly List<string> _bad = [];
    private readonly IPEndPoint _address;
    private WebApplication? _server;
    private volatile int _requests;

    private LokiSink(IPEndPoint address) => _address = address;

    public string Url => $"http://{_address}/loki/api/v1/push";

    /// <summary>The status of the n-th request, n from 1; what is answered with an error is not remembered.</summary>
    public Func<int, int> Answer { get; set; } = static _ => StatusCodes.Status204NoContent;

    /// <summary>How long the sink takes to answer once it has what was sent, as a real one on a busy machine does.</summary>
    public TimeSpan Latency { get; set; }

    public int Requests => _requests;

    /// <summary>Gets every line in place of being remembered, where there are too many for that; from several requests at once.</summary>
    public LineTaker? Taken { get; set; }

    public IReadOnlyList<SinkEntry> Entries
    {
        get
        {
            lock (_gate)
            {
                return [.. _entries];
            }
        }
    }

    public int Count
    {
        get
        {
            lock (_gate)
            {
                return _entries.Count;
            }
        }
    }

    public IEnumerable<string> Lines => Entries.Select(static entry => entry.Line);

    /// <summary>A sink that does not listen yet: what is sent to it is refused by the system.</summary>
    public static LokiSink Down() => new(new IPEndPoint(IPAddress.Loopback, FreePort.Next()));

    public static Task<LokiSink> StartAsync() => StartAsync(new IPEndPoint(IPAddress.Loopback, FreePort.Next()));

    /// <summary>A sink where a configuration expects one.</summary>
    public static async Task<LokiSink> StartAsync(IPEndPoint address)
    {
        var sink = new LokiSink(address);
        await sink.ListenAsync();
        return sink;
    }

    public async Task ListenAsync()
    {
        _server = LoopbackServer.Build(kestrel =>
        {
            kestrel.Limits.MaxRequestBodySize = LongestBody;
            kestrel.Listen(_address);
        });
        _server.Run(HandleAsync);
        await _server.StartAsync();
    }

    /// <summary>Waits until as many entries have come.</summary>
    public Task ReceivedAsync(int count, TimeSpan? limit = null) =>
        Eventually.TrueAsync(() => Count >= count, () => $"{Count} of {count} entries came, in {Requests} requests", limit);

    /// <summary>Waits until a line that contains the text has come.</summary>
    public async Task<SinkEntry> LineAsync(string text)
    {
        SinkEntry? found = null;
        await Eventually.TrueAsync(
            () => (found = Entries.FirstOrDefault(entry => entry.Line.Contains(text, StringComparison.Ordinal))) is not null,
            () => $"no line contains \"{text}\"; the last are {string.Join(" | ", Lines.TakeLast(5))}");
        return found!;
    }

    /// <summary>Fails where a request was no correct one.</summary>
    public void AssertCorrectRequests()
    {
        lock (_gate)
        {
            Assert.Empty(_bad);
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (_server is { } server)
        {
            _server = null;
            await server.EndAsync();
        }
    }

    private async Task HandleAsync(HttpContext http)
    {
        using var body = new MemoryStream();
        await http.Request.Body.CopyToAsync(body, http.RequestAborted);
        int number = Interlocked.Increment(ref _requests);
        int status = Answer(number);
        if (status < StatusCodes.Status300MultipleChoices)
        {
            status = Accept(body.GetBuffer().AsSpan(0, (int)body.Length), (number, http.Request.Headers["X-Scope-OrgID"].ToString()), status);
        }
        if (Latency > TimeSpan.Zero)
        {
            await Task.Delay(Latency, TimeProvider.System, CancellationToken.None);
        }
        http.Response.StatusCode = status;
    }

    private int Accept(ReadOnlySpan<byte> body, (int Number, string Tenant) request, int status)
    {
        try
        {
            List<SinkEntry> entries = Decode(body, request, Taken);
            lock (_gate)
            {
                _entries.AddRange(entries);
            }
            return status;
        }
        catch (Exception exception) when (exception is FormatException or DecoderFallbackException)
        {
            lock (_gate)
            {
                _bad.Add(exception.Message);
            }
            return StatusCodes.Status400BadRequest;
        }
    }

    private static List<SinkEntry> Decode(ReadOnlySpan<byte> body, (int Number, string Tenant) request, LineTaker? taken)
    {
        using var plain = new GrowableBuffer();
        if (!SnappyDecoder.TryDecompress(body, LongestBody, plain))
        {
            throw new FormatException("the body is no snappy block");
        }
        if (!LokiPushReader.TryOpen(plain.Written, out LokiPushReader streams, out string? error))
        {
            throw new FormatException(error);
        }
        List<SinkEntry> entries = [];
        foreach (LokiStreamView stream in streams)
        {
            string labels = Strict.GetString(stream.Labels);
            foreach (LokiEntryView entry in stream.Entries)
            {
                if (taken is not null)
                {
                    taken(entry.Line);
                    continue;
                }
                entries.Add(new SinkEntry(labels, entry.Timestamp.ToUnixNanos(), Strict.GetString(entry.Line), request.Number)
                {
                    Metadata = MetadataOf(entry),
                    Tenant = request.Tenant,
                });
            }
        }
        return entries;
    }

    private static List<string> MetadataOf(LokiEntryView entry)
    {
        List<string> pairs = [];
        foreach (LokiMetadataView pair in entry.Metadata)
        {
            pairs.Add($"{Strict.GetString(pair.Name)}={Strict.GetString(pair.Value)}");
        }
        pairs.Sort(StringComparer.Ordinal);
        return pairs;
    }
}

/// <summary>Takes one line as it was sent.</summary>
internal delegate void LineTaker(ReadOnlySpan<byte> line);
