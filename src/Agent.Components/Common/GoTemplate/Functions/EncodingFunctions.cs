using Agent.Components.Common.GoTemplate.Execution;
using Agent.Components.Common.GoTemplate.Formatting;
using Agent.Components.Common.GoTemplate.Values;

namespace Agent.Components.Common.GoTemplate.Functions;

/// <summary>Base64, base32 and JSON.</summary>
internal static class EncodingFunctions
{
    public static void AddTo(FunctionSet functions) => functions
        .AddText("b64enc", static text => Convert.ToBase64String(GoText.ToUtf8(text)))
        .AddText("b64dec", static text => BaseText.Base64.Decode(text, out string error) ?? error)
        .AddText("b32enc", static text => BaseText.Base32.Encode(text))
        .AddText("b32dec", static text => BaseText.Base32.Decode(text, out string error) ?? error)
        .Add("fromJson", FunctionSet.OneText, static (run, a) => FromJson(run, a[0].AsText, must: false))
        .Add("mustFromJson", FunctionSet.OneText, static (run, a) => FromJson(run, a[0].AsText, must: true))
        .Add("toJson", FunctionSet.OneAny, static (run, a) => ToJson(run, a[0], must: false))
        .Add("mustToJson", FunctionSet.OneAny, static (run, a) => ToJson(run, a[0], must: true))
        .Add("toPrettyJson", FunctionSet.OneAny, static (run, a) => ToJson(run, a[0], must: false, isPretty: true))
        .Add("mustToPrettyJson", FunctionSet.OneAny, static (run, a) => ToJson(run, a[0], must: true, isPretty: true))
        .Add("toRawJson", FunctionSet.OneAny, static (run, a) => ToJson(run, a[0], must: true, escapesHtml: false))
        .Add("mustToRawJson", FunctionSet.OneAny, static (run, a) => ToJson(run, a[0], must: true, escapesHtml: false));

    private static GoValue FromJson(TemplateRun run, string text, bool must)
    {
        // What is read takes more room than its text.
        const int Growth = 16;
        if (!run.Spend((long)text.Length * Growth))
        {
            return default;
        }
        return JsonText.TryRead(text, out GoValue value, out string error) ? value : must ? run.Raise(error) : default;
    }

    private static GoValue ToJson(TemplateRun run, GoValue value, bool must, bool escapesHtml = true, bool isPretty = false)
    {
        var output = new LimitedText(run);
        var writer = new JsonWriter(output, escapesHtml, isPretty);
        writer.Write(value);
        if (writer.Error is null)
        {
            return output.ToValue();
        }
        return must ? run.Raise(writer.Error) : GoValue.Of("");
    }
}
