using System.Text.Json;
using Agent.Runtime;
using Agent.Runtime.Configuration;
using Agent.Syntax;

namespace Agent.Web.Api.V1;

/// <summary>What runs, and how the last load went: the source of both where they differ.</summary>
internal sealed class ConfigurationAnswer(WebOptions options, WebServices services)
{
    public void Write(Utf8JsonWriter json)
    {
        LoadResult? running = services.Runtime.Running;
        LoadResult? last = services.Runtime.LastLoad;
        json.WriteStartObject();
        json.WriteBoolean("canReload"u8, options.AllowsChanges);
        json.WritePropertyName("running"u8);
        WriteLoad(json, running, running?.Source);
        json.WritePropertyName("last"u8);
        WriteLoad(json, last, running?.Source, withSource: last is { Success: false });
        json.WriteEndObject();
    }

    private void WriteLoad(Utf8JsonWriter json, LoadResult? load, ConfigurationSource? running, bool withSource = true)
    {
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
        foreach (FileNode file in withSource ? load.Source?.Files ?? [] : [])
        {
            json.WriteStartObject();
            json.WriteString("name"u8, file.Source.Name);
            json.WriteString("text"u8, new ShownSource(services.Catalog, running).Of(file));
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
