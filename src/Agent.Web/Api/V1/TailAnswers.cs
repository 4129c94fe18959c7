using System.Text.Json;
using Agent.Runtime.Graph;
using Agent.Sdk.Metrics;
using Agent.Syntax.Values;

namespace Agent.Web.Api.V1;

/// <summary>Where log lines come from and where everything goes to: files and other sources, and endpoints.</summary>
internal sealed class TailAnswers(WholeGraph view, DateTimeOffset now)
{
    private static readonly string[] Numbers = ["size", "read_offset", "lag_bytes", "open_files"];

    /// <summary>Every tailed file, and what sources that read something else show of it.</summary>
    public void WriteFiles(Utf8JsonWriter json)
    {
        json.WriteStartObject();
        json.WriteStartArray("files"u8);
        var others = new List<(ComponentNode Node, Value State)>();
        foreach (ComponentNode node in view.Components.Where(static node => node.Definition.Descriptor.Name.StartsWith("loki.source.", StringComparison.Ordinal)))
        {
            Value? state = node.DebugState;
            IReadOnlyList<ObjectValue> files = [.. DebugLists.Items(state, "targets_info").Where(static file => file.TryGet("path", out _))];
            foreach (ObjectValue file in files)
            {
                WriteFile(json, node, file);
            }
            if (files.Count == 0 && state is ObjectValue)
            {
                others.Add((node, state));
            }
        }
        json.WriteEndArray();
        json.WriteStartArray("sources"u8);
        foreach ((ComponentNode node, Value state) in others)
        {
            json.WriteStartObject();
            NodeFacts.WriteIdentity(json, node);
            json.WritePropertyName("state"u8);
            PlainJson.Write(json, state);
            json.WriteEndObject();
        }
        json.WriteEndArray();
        json.WriteEndObject();
    }

    /// <summary>Every endpoint of every writer: what it shows of itself, as it stands.</summary>
    public void WriteEndpoints(Utf8JsonWriter json, MetricRegistry metrics)
    {
        json.WriteStartObject();
        json.WriteNumber("at"u8, now.ToUnixTimeMilliseconds());
        json.WriteStartArray("endpoints"u8);
        // What scrapes has no endpoints, and shows thousands of targets when it is asked.
        foreach (ComponentNode node in view.Components.Where(static node => node.ScrapePool is null))
        {
            foreach (ObjectValue endpoint in DebugLists.Items(node.DebugState, "endpoints"))
            {
                json.WriteStartObject();
                json.WriteString("component"u8, node.Id);
                json.WritePropertyName("state"u8);
                PlainJson.Write(json, endpoint);
                json.WriteEndObject();
            }
        }
        json.WriteEndArray();
        json.WriteStartObject("drops"u8);
        foreach ((string component, Dictionary<string, double> reasons) in SelfMetricsReader.DroppedByReason(metrics))
        {
            WriteReasons(json, component, reasons);
        }
        json.WriteEndObject();
        json.WriteStartObject("diskBytes"u8);
        foreach ((string component, double bytes) in SelfMetricsReader.Totals(metrics, MetricType.Gauge, static name => name.EndsWith("queue_disk_bytes", StringComparison.Ordinal)))
        {
            json.WriteNumber(component, bytes);
        }
        json.WriteEndObject();
        json.WriteEndObject();
    }

    private static void WriteReasons(Utf8JsonWriter json, string key, Dictionary<string, double> reasons)
    {
        json.WriteStartObject(key);
        foreach ((string reason, double count) in reasons)
        {
            json.WriteNumber(reason, count);
        }
        json.WriteEndObject();
    }

    private void WriteFile(Utf8JsonWriter json, ComponentNode node, ObjectValue file)
    {
        json.WriteStartObject();
        json.WriteString("component"u8, node.Id);
        json.WriteString("path"u8, PlainJson.Cut(DebugLists.Text(file, "path")));
        json.WriteString("labels"u8, PlainJson.Cut(DebugLists.Text(file, "labels")));
        foreach (string name in Numbers)
        {
            json.WriteNumber(name, DebugLists.Number(file, name));
        }
        json.WriteNumber("lag_seconds"u8, DebugLists.AgeSeconds(file, "oldest_unsent", now));
        json.WriteBoolean("is_running"u8, file.TryGet("is_running", out Value? running) && running is BoolValue { IsTrue: true });
        json.WriteBoolean("polled"u8, file.TryGet("polled", out Value? polled) && polled is BoolValue { IsTrue: true });
        string problem = DebugLists.Text(file, "problem");
        json.WriteString("problem"u8, PlainJson.Cut(problem));
        json.WriteString("last_error"u8, PlainJson.Cut(DebugLists.Text(file, "last_error")));
        json.WriteString("last_error_at"u8, DebugLists.Text(file, "last_error_at"));
        json.WriteString("last_line_at"u8, DebugLists.Text(file, "last_line_at"));
        json.WriteEndObject();
    }
}
