using System.Text.Json;
using Agent.Web.Prometheus;
using Microsoft.AspNetCore.Http;

namespace Agent.Web.Api;

/// <summary>Answers below <c>/api/v1/</c>, in the form of Prometheus's: <c>{"status":"success","data":…}</c>, or a status, a type and a text of an error.</summary>
internal static class ApiReply
{
    public static Task DataAsync(HttpContext context, Action<Utf8JsonWriter> write) => DataAsync(context, (stream, _) =>
    {
        write(stream.Json);
        return ValueTask.CompletedTask;
    });

    public static Task DataAsync(HttpContext context, Func<JsonStream, CancellationToken, ValueTask> write)
    {
        context.Response.ContentType = "application/json";
        context.Response.Headers.CacheControl = "no-store";
        return GzipReply.WriteAsync(context, async (output, stop) =>
        {
            using var stream = new JsonStream(output);
            stream.Json.WriteStartObject();
            stream.Json.WriteString("status"u8, "success"u8);
            stream.Json.WritePropertyName("data"u8);
            await write(stream, stop).ConfigureAwait(false);
            stream.Json.WriteEndObject();
            await stream.FlushAsync(stop).ConfigureAwait(false);
        });
    }

    public static Task RefuseAsync(HttpContext context, string error) => RefuseAsync(context, StatusCodes.Status400BadRequest, "bad_data", error);

    public static Task NotFoundAsync(HttpContext context, string error) => RefuseAsync(context, StatusCodes.Status404NotFound, "not_found", error);

    public static Task ForbidAsync(HttpContext context, string error) => RefuseAsync(context, StatusCodes.Status403Forbidden, "forbidden", error);

    public static async Task RefuseAsync(HttpContext context, int status, string type, string error)
    {
        context.Response.StatusCode = status;
        context.Response.ContentType = "application/json";
        using var stream = new JsonStream(context.Response.BodyWriter);
        stream.Json.WriteStartObject();
        stream.Json.WriteString("status"u8, "error"u8);
        stream.Json.WriteString("errorType"u8, type);
        stream.Json.WriteString("error"u8, error);
        stream.Json.WriteEndObject();
        await stream.FlushAsync(context.RequestAborted).ConfigureAwait(false);
    }
}
