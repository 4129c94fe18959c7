using System.Text.Json;
using Agent.Telemetry;
using Microsoft.AspNetCore.Http;

namespace Agent.Web.Api.V1;

/// <summary>A label set, and for stages a line, that somebody wants to see traced.</summary>
internal sealed record TraceRequest(LabelSet Labels, string Line)
{
    public const string Expected = """the body must be JSON: {"labels": {"name": "value"}, "line": "text"}""";

    /// <summary>Null where the body is something else.</summary>
    public static async Task<TraceRequest?> ReadAsync(HttpRequest request, CancellationToken stop)
    {
        try
        {
            using JsonDocument body = await JsonDocument.ParseAsync(request.Body, default, stop).ConfigureAwait(false);
            JsonElement root = body.RootElement;
            if (root.ValueKind != JsonValueKind.Object)
            {
                return null;
            }
            var labels = new LabelSetBuilder();
            if (root.TryGetProperty("labels"u8, out JsonElement given))
            {
                foreach (JsonProperty label in given.EnumerateObject())
                {
                    labels.Set(label.Name, label.Value.GetString() ?? "");
                }
            }
            return new TraceRequest(labels.ToLabelSet(), root.TryGetProperty("line"u8, out JsonElement line) ? line.GetString() ?? "" : "");
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException)
        {
            return null;
        }
    }
}
