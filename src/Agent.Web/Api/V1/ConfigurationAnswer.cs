using System.Text.Json;
using Agent.Runtime;
using Agent.Runtime.Configuration;
using Agent.Syntax;
using Agent.Web.Prometheus;

namespace Agent.Web.Api.V1;

/// <summary>What runs, and how the last load went: the source of both where they differ.</summary>
/// <remarks>Sources go out line for line: as one text, a long one would need many times its size at once.</remarks>
internal sealed class ConfigurationAnswer(WebOptions options, WebServices services)
{
    public async ValueTask WriteAsync(JsonStream output, CancellationToken stop)
    {
        Utf8JsonWriter json = output.Json;
        LoadResult? running = services.Runtime.Running;
        LoadResult? last = services.Runtime.LastLoad;
        json.WriteStartObject();
        json.WriteBoolean("canReload"u8, options.AllowsChanges);
        json.WritePropertyName("running"u8);
        await WriteLoadAsync(output, running, running?.Source, stop).ConfigureAwait(false);
        json.WritePropertyName("last"u8);
        await WriteLoadAsync(output, last, last is { Success: false, Source: not null } ? last.Source : null, stop).ConfigureAwait(false);
        json.WriteEndObject();
    }

    private async ValueTask WriteLoadAsync(JsonStream output, LoadResult? load, ConfigurationSource? source, CancellationToken stop)
    {
        Utf8JsonWriter json = output.Json;
        if (load is null)
        {
            json.WriteNullValue();
            return;
        }
        json.WriteStartObject();
        json.WriteBoolean("success"u8, load.Success);
        json.WriteString("at"u8, load.At);
        json.WriteNumber("seconds"u8, load.Duration.TotalSeconds);
        json.WriteString("path"u8, load.Source?.Path ?? "");
        json.WriteString("hash"u8, load.Source?.Hash ?? "");
        json.WriteStartArray("files"u8);
        var shown = new ShownSource(services.Catalog, services.Runtime.Running?.Source);
        foreach (FileNode file in source?.Files ?? [])
        {
            json.WriteStartObject();
            json.WriteString("name"u8, file.Source.Name);
            json.WriteStartArray("lines"u8);
            await WriteLinesAsync(output, load.Success ? shown.OfSound(file) : shown.Of(file), stop).ConfigureAwait(false);
            json.WriteEndArray();
            json.WriteEndObject();
        }
        json.WriteEndArray();
        json.WriteStartArray("diagnostics"u8);
        foreach (Diagnostic diagnostic in load.Diagnostics)
        {
            Write(json, diagnostic);
        }
        json.WriteEndArray();
        json.WriteEndObject();
    }

    private static async ValueTask WriteLinesAsync(JsonStream output, ReadOnlyMemory<byte> text, CancellationToken stop)
    {
        while (true)
        {
            int end = text.Span.IndexOf((byte)'\n');
            output.Json.WriteStringValue(text.Span[..(end < 0 ? text.Length : end)]);
            if (end < 0)
            {
                return;
            }
            text = text[(end + 1)..];
            await output.FlushIfFullAsync(stop).ConfigureAwait(false);
        }
    }

    private static void Write(Utf8JsonWriter json, Diagnostic diagnostic)
    {
        json.WriteStartObject();
        json.WriteString("code"u8, diagnostic.Code);
        json.WriteString("severity"u8, diagnostic.Severity == Severity.Error ? "error"u8 : "warning"u8);
        json.WriteString("message"u8, diagnostic.Message);
        json.WriteString("help"u8, diagnostic.Help ?? "");
        if (diagnostic.Span.Source is { } source)
        {
            json.WriteString("file"u8, source.Name);
            json.WriteNumber("line"u8, diagnostic.Span.StartPosition.Line);
            json.WriteNumber("column"u8, diagnostic.Span.StartPosition.Column);
            json.WriteNumber("endLine"u8, diagnostic.Span.EndPosition.Line);
        }
        json.WriteEndObject();
    }
}
