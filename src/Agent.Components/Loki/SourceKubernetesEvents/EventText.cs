using System.Globalization;
using System.Text;
using Agent.Components.Common.GoTemplate.Formatting;
using Agent.Components.Common.GoTemplate.Values;

namespace Agent.Components.Loki.SourceKubernetesEvents;

/// <summary>How the lines of events are written.</summary>
public enum EventLogFormat
{
    Logfmt,
    Json,
}

/// <summary>Writes events as Alloy does, byte for byte.</summary>
internal static class EventText
{
    public static string Write(KubernetesEvent found, EventLogFormat format) =>
        format == EventLogFormat.Json ? Json(found) : Logfmt(found);

    // In the order in which logfmt has them; the message comes last, and is there even if it is empty, as is the name.
    private static List<(string Name, string Value)> Fields(KubernetesEvent found)
    {
        (string Name, string Value)[] all =
        [
            ("kind", found.Involved.Kind),
            ("action", found.Action),
            ("objectAPIversion", found.Involved.ApiVersion),
            ("objectRV", found.Involved.ResourceVersion),
            ("eventRV", found.Metadata.ResourceVersion),
            ("reportinginstance", found.ReportingInstance),
            ("reportingcontroller", found.ReportingController),
            ("sourcecomponent", found.SourceComponent),
            ("sourcehost", found.SourceHost),
            ("reason", found.Reason),
            ("type", found.Type),
        ];
        return [("name", found.Involved.Name), .. all.Where(static field => field.Value.Length > 0)];
    }

    private static string Logfmt(KubernetesEvent found)
    {
        var text = new StringBuilder();
        foreach ((string name, string value) in Fields(found))
        {
            text.Append(name).Append('=').Append(value).Append(' ');
        }
        if (found.Count != 0)
        {
            text.Append(CultureInfo.InvariantCulture, $"count={found.Count} ");
        }
        return text.Append("msg=").Append(GoQuote(found.Message)).Append(' ').ToString();
    }

    // Go's texts are bytes.
    private static string GoQuote(string text) =>
        Encoding.UTF8.GetString(GoText.ToUtf8(GoQuoting.Quote(GoText.FromUtf8(Encoding.UTF8.GetBytes(text)))));

    // Go sorts the keys of a map.
    private static string Json(KubernetesEvent found)
    {
        IEnumerable<(string Name, string Value)> fields = Fields(found).Select(static field => (field.Name, Quote(field.Value)))
            .Append(("msg", Quote(found.Message)));
        if (found.Count != 0)
        {
            fields = fields.Append(("count", found.Count.ToString(CultureInfo.InvariantCulture)));
        }
        return "{" + string.Join(',', fields.OrderBy(static field => field.Name, StringComparer.Ordinal).Select(static field => $"\"{field.Name}\":{field.Value}")) + "}";
    }

    private static string Quote(string text)
    {
        var quoted = new StringBuilder(text.Length + 2).Append('"');
        foreach (char letter in text)
        {
            _ = letter switch
            {
                '"' => quoted.Append("\\\""),
                '\\' => quoted.Append("\\\\"),
                '\n' => quoted.Append("\\n"),
                '\r' => quoted.Append("\\r"),
                '\t' => quoted.Append("\\t"),
                '\b' => quoted.Append("\\b"),
                '\f' => quoted.Append("\\f"),
                < ' ' or '<' or '>' or '&' or '\u2028' or '\u2029' => quoted.Append(CultureInfo.InvariantCulture, $"\\u{(int)letter:x4}"),
                _ => quoted.Append(letter),
            };
        }
        return quoted.Append('"').ToString();
    }
}
