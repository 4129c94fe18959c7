using System.Text.Json;
using Agent.Sdk.Metrics;

namespace Agent.Web.History;

/// <summary>The small charts of one component.</summary>
internal static class HistoryAnswer
{
    public static void Write(Utf8JsonWriter json, MetricHistory history, string owner)
    {
        json.WriteStartObject();
        json.WriteNumber("stepSeconds"u8, MetricHistory.Step.TotalSeconds);
        json.WriteStartArray("series"u8);
        foreach ((MetricFamily family, float[] values) in history.Of(owner))
        {
            json.WriteStartObject();
            json.WriteString("name"u8, family.Name);
            json.WriteString("help"u8, family.Help);
            json.WriteBoolean("isRate"u8, family.Type == MetricType.Counter);
            json.WriteStartArray("values"u8);
            foreach (float value in values)
            {
                if (float.IsFinite(value))
                {
                    json.WriteNumberValue(value);
                }
                else
                {
                    json.WriteNullValue();
                }
            }
            json.WriteEndArray();
            json.WriteEndObject();
        }
        json.WriteEndArray();
        json.WriteEndObject();
    }
}
