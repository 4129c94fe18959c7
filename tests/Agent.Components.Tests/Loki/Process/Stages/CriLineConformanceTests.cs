using System.Text;
using System.Text.Json;
using Agent.Components.Common.GoTime;
using Agent.Components.Loki.Process.Stages;
using Agent.Testing;

namespace Agent.Components.Tests.Loki.Process.Stages;

public sealed class CriLineConformanceTests
{
    [ConformanceFact]
    public void Lines_are_cut_where_Alloy_cuts_them()
    {
        using JsonDocument document = Conformance.Load("cri_lines.json");
        var set = new ConformanceSet("cri_lines");
        foreach (JsonElement @case in document.RootElement.GetProperty("cases").EnumerateArray())
        {
            set.Case(@case.GetProperty("id").GetString()!, () => Check(@case));
        }
        set.Finish();
    }

    private static string? Check(JsonElement @case)
    {
        byte[] line = @case.TryGetProperty("line_base64", out JsonElement base64)
            ? base64.GetBytesFromBase64()
            : Encoding.UTF8.GetBytes(@case.GetProperty("line").GetString()!);
        JsonElement expected = @case.GetProperty("expected");
        bool isCri = CriLine.TryParse(line, out CriLine parsed);
        if (isCri != expected.GetProperty("ok").GetBoolean())
        {
            return $"ok is {isCri}";
        }
        if (!isCri)
        {
            return null;
        }
        bool hasTime = Rfc3339.TryParseNanoseconds(line.AsSpan(0, parsed.TimeLength), out long nanos);
        string?[] found =
        [
            Encoding.UTF8.GetString(line.AsSpan(0, parsed.TimeLength)),
            parsed.IsStderr ? "stderr" : "stdout",
            parsed.IsPartial ? "P" : "F",
            Encoding.UTF8.GetString(line.AsSpan(parsed.ContentStart)),
            hasTime ? nanos.ToString(System.Globalization.CultureInfo.InvariantCulture) : null,
        ];
        string?[] wanted =
        [
            expected.GetProperty("timestamp_text").GetString(),
            expected.GetProperty("stream").GetString(),
            expected.GetProperty("flag").GetString(),
            expected.TryGetProperty("content_base64", out JsonElement content)
                ? Encoding.UTF8.GetString(content.GetBytesFromBase64())
                : expected.GetProperty("content").GetString(),
            expected.TryGetProperty("timestamp_unix_nano", out JsonElement nano) ? nano.GetString() : null,
        ];
        return found.SequenceEqual(wanted) ? null : $"{string.Join('|', found)} instead of {string.Join('|', wanted)}";
    }
}
