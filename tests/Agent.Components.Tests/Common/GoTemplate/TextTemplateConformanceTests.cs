using System.Buffers;
using System.Text;
using System.Text.Json;
using Agent.Components.Common.GoTemplate;
using Agent.Components.Common.GoTemplate.Execution;
using Agent.Testing;

namespace Agent.Components.Tests.Common.GoTemplate;

public sealed class TextTemplateConformanceTests
{
    [ConformanceFact]
    public void Templates_give_what_Go_and_its_functions_give()
    {
        using JsonDocument document = Conformance.Load("primitives/go_template.json");
        TextData data = new([.. document.RootElement.GetProperty("data").EnumerateObject().Select(static value => (value.Name, value.Value.GetString()!))]);
        var set = new ConformanceSet("primitives/go_template");
        foreach (JsonElement json in document.RootElement.GetProperty("cases").EnumerateArray())
        {
            set.Case(json.GetProperty("id").GetString()!, () => Check(json, data));
        }
        set.Finish();
    }

    private static string? Check(JsonElement json, TextData data)
    {
        string text = json.GetProperty("template").GetString()!;
        bool parsed = TextTemplate.TryParse(text, new FakeTimeProvider(), new TemplateLimits(), out TextTemplate? template, out string? error);
        if (json.TryGetProperty("parse_error", out JsonElement parseError))
        {
            return error == parseError.GetString() ? null : $"{text}\n  expected {parseError}\n  got      {error}";
        }
        if (!parsed)
        {
            return $"{text}: {error}";
        }
        using TemplateRun run = template!.Execute(data);
        string output = Decode(run.Output);
        bool fails = json.TryGetProperty("exec_error", out JsonElement execError);
        string expected = json.GetProperty(fails ? "partial" : "output").GetString()!;
        return output == expected && run.Error == (fails ? execError.GetString() : null)
            ? null
            : $"{text}\n  expected {expected} {(fails ? execError : "")}\n  got      {output} {run.Error}";
    }

    // As Go's JSON encoder, which recorded the data: a U+FFFD for each byte that is no UTF-8.
    private static string Decode(ReadOnlySpan<byte> bytes)
    {
        var text = new StringBuilder();
        while (!bytes.IsEmpty)
        {
            bool valid = Rune.DecodeFromUtf8(bytes, out Rune rune, out int width) == OperationStatus.Done;
            text.Append(valid ? rune.ToString() : "\ufffd");
            bytes = bytes[(valid ? width : 1)..];
        }
        return text.ToString();
    }
}
