using System.Net.Mime;
using Agent.Components.Common.Http;
using Agent.Telemetry.Logs;
using Agent.Wire;
using Agent.Wire.LokiPush;
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

    public async Task<HttpReply> ReadPushAsync(HttpRequest request, CancellationToken stop)
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
    public async Task<HttpReply> ReadLinesAsync(HttpRequest request, CancellationToken stop)
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
        return HttpReply.Taken;
    }

    public void Dispose()
    {
        Batch.Dispose();
        _body.Release();
        _plain.Release();
    }

    private HttpReply ReadJson(string tenant)
    {
        using var reader = new LokiPushJsonReader();
        var sink = new PushSink(Batch, settings, tenant, time);
        if (!reader.TryRead(_body.Written, ref sink, out string? error))
        {
            Batch.Clear();
            return HttpReply.Bad(error!);
        }
        return ResultOf(sink);
    }

    private HttpReply ReadProtobuf(string tenant)
    {
        if (RequestBody.OpenSnappy(_body.Written, settings.MaxMessage, _plain) is { } failed)
        {
            return failed;
        }
        _body.Release();
        if (!LokiPushReader.TryOpen(_plain.Written, out LokiPushReader streams, out string? error))
        {
            return HttpReply.Bad(error!);
        }
        var sink = new PushSink(Batch, settings, tenant, time) { Source = _plain.WrittenMemory };
        foreach (LokiStreamView stream in streams)
        {
            sink.Add(stream);
        }
        return ResultOf(sink);
    }

    private HttpReply ResultOf(PushSink sink)
    {
        if (sink.TooManyEntries)
        {
            return TooMany();
        }
        return sink.Error is null ? HttpReply.Taken : HttpReply.Bad(sink.Error);
    }

    private HttpReply TooMany()
    {
        Batch.Clear();
        return new HttpReply(StatusCodes.Status413PayloadTooLarge, $"cannot take more than {PushSink.MaxEntries} entries in one request");
    }

    /// <summary>Reads the body, without its content encoding; null when that went well.</summary>
    private Task<HttpReply?> ReadBodyAsync(HttpRequest request, CancellationToken stop)
    {
        Stream? body = ContentEncoding.Open(request.Headers.ContentEncoding.ToString(), request.Body);
        return body is null
            ? Task.FromResult<HttpReply?>(HttpReply.Bad($"cannot read the request: Content-Encoding \"{request.Headers.ContentEncoding}\" is not supported"))
            : RequestBody.ReadAsync(request, body, _body, new BodyLimits(settings.MaxMessage, settings.ReadTimeout, time), stop);
    }

    /// <summary>One tenant; several at once, which only queries know, count as none.</summary>
    private static string TenantOf(HttpRequest request)
    {
        string tenant = request.Headers["X-Scope-OrgID"].ToString();
        return tenant.Contains('|', StringComparison.Ordinal) ? "" : tenant;
    }
}
