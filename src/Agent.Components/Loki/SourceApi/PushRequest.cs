using System.Net.Mime;
using Agent.Telemetry.Logs;
using Agent.Wire;
using Agent.Wire.LokiPush;
using Agent.Wire.Snappy;
using Microsoft.AspNetCore.Http;
using Microsoft.Net.Http.Headers;

namespace Agent.Components.Loki.SourceApi;

/// <summary>Decodes one request into a batch. Its memory is pooled, bounded by the longest message, and given back at the end.</summary>
internal sealed class PushRequest(PushSettings settings, TimeProvider time) : IDisposable
{
    private readonly GrowableBuffer _body = new();
    private readonly GrowableBuffer _plain = new();

    /// <summary>Valid until this is disposed of; may hold entries although the request was bad in part.</summary>
    public LogBatch Batch { get; } = new();

    public async Task<PushResult> ReadPushAsync(HttpRequest request, CancellationToken stop)
    {
        if (await ReadBodyAsync(request, stop) is { } failed)
        {
            return failed;
        }
        string tenant = TenantOf(request);
        bool isJson = MediaTypeHeaderValue.TryParse(request.ContentType, out MediaTypeHeaderValue? type)
            && type.MediaType.Equals(MediaTypeNames.Application.Json, StringComparison.OrdinalIgnoreCase);
        return isJson ? ReadJson(tenant) : ReadProtobuf(tenant);
    }

    /// <summary>One entry a line; empty lines are passed over. They get the configured labels and the time of arrival.</summary>
    public async Task<PushResult> ReadLinesAsync(HttpRequest request, CancellationToken stop)
    {
        if (await ReadBodyAsync(request, stop) is { } failed)
        {
            return failed;
        }
        var sink = new PushSink(Batch, settings, "", time);
        ReadOnlyMemory<byte> rest = _body.WrittenMemory;
        while (!rest.IsEmpty)
        {
            int end = rest.Span.IndexOf((byte)'\n');
            ReadOnlyMemory<byte> line = end < 0 ? rest : rest[..end];
            rest = end < 0 ? default : rest[(end + 1)..];
            line = line[..line.Span.TrimEnd((byte)'\r').Length];
            if (!line.IsEmpty && !sink.AddLine(line))
            {
                return TooMany();
            }
        }
        return PushResult.Taken;
    }

    public void Dispose()
    {
        Batch.Dispose();
        _body.Release();
        _plain.Release();
    }

    private PushResult ReadJson(string tenant)
    {
        using var reader = new LokiPushJsonReader();
        var sink = new PushSink(Batch, settings, tenant, time);
        if (!reader.TryRead(_body.Written, ref sink, out string? error))
        {
            Batch.Clear();
            return PushResult.Bad(error!);
        }
        return ResultOf(sink);
    }

    private PushResult ReadProtobuf(string tenant)
    {
        if (!SnappyDecoder.TryGetUncompressedLength(_body.Written, out int length))
        {
            return PushResult.Bad("cannot read the request: it is no snappy block");
        }
        if (length > settings.MaxMessage)
        {
            return TooLong();
        }
        if (!SnappyDecoder.TryDecompress(_body.Written, settings.MaxMessage, _plain))
        {
            return PushResult.Bad("cannot read the request: it is no snappy block");
        }
        _body.Release();
        if (!LokiPushReader.TryOpen(_plain.Written, out LokiPushReader streams, out string? error))
        {
            return PushResult.Bad(error!);
        }
        var sink = new PushSink(Batch, settings, tenant, time) { Source = _plain.WrittenMemory };
        foreach (LokiStreamView stream in streams)
        {
            sink.Add(stream);
        }
        return ResultOf(sink);
    }

    private PushResult ResultOf(PushSink sink)
    {
        if (sink.TooManyEntries)
        {
            return TooMany();
        }
        return sink.Error is null ? PushResult.Taken : PushResult.Bad(sink.Error);
    }

    private PushResult TooMany()
    {
        Batch.Clear();
        return new PushResult(StatusCodes.Status413PayloadTooLarge, $"cannot take more than {PushSink.MaxEntries} entries in one request");
    }

    private PushResult TooLong() =>
        new(StatusCodes.Status413PayloadTooLarge, $"cannot take a request of more than {settings.MaxMessage} bytes");

    /// <summary>Reads the body, without its content encoding; null when that went well.</summary>
    private async Task<PushResult?> ReadBodyAsync(HttpRequest request, CancellationToken stop)
    {
        Stream? body = ContentEncoding.Open(request.Headers.ContentEncoding.ToString(), request.Body);
        if (body is null)
        {
            return PushResult.Bad($"cannot read the request: Content-Encoding \"{request.Headers.ContentEncoding}\" is not supported");
        }
        TimeSpan limit = settings.ReadTimeout > TimeSpan.Zero ? settings.ReadTimeout : Timeout.InfiniteTimeSpan;
        using var timeout = new CancellationTokenSource(limit, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(stop, timeout.Token);
        await using (body)
        {
            try
            {
                return await ReadAllAsync(body, Math.Min(request.ContentLength ?? 0, settings.MaxMessage), either.Token);
            }
            catch (OperationCanceledException) when (timeout.IsCancellationRequested && !stop.IsCancellationRequested)
            {
                return new PushResult(StatusCodes.Status408RequestTimeout, "the request took too long to arrive");
            }
            catch (BadHttpRequestException bad)
            {
                return new PushResult(bad.StatusCode, bad.Message);
            }
            catch (InvalidDataException bad)
            {
                return PushResult.Bad($"cannot decompress the request: {bad.Message}");
            }
        }
    }

    /// <param name="expected">The announced length; memory is taken as data arrives, not as it is announced.</param>
    private async Task<PushResult?> ReadAllAsync(Stream body, long expected, CancellationToken stop)
    {
        const int Step = 64 * 1024;
        while (true)
        {
            int room = (int)Math.Clamp(expected - _body.Length + 1, 1024, Step);
            int read = await body.ReadAsync(_body.GetMemory(room), stop);
            if (read == 0)
            {
                return null;
            }
            _body.Advance(read);
            if (_body.Length > settings.MaxMessage)
            {
                return TooLong();
            }
        }
    }

    /// <summary>One tenant; several at once, which only queries know, count as none.</summary>
    private static string TenantOf(HttpRequest request)
    {
        string tenant = request.Headers["X-Scope-OrgID"].ToString();
        return tenant.Contains('|', StringComparison.Ordinal) ? "" : tenant;
    }
}
