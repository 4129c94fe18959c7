using System.Text;
using Agent.Runtime.Evaluation;
using Agent.Runtime.StandardLibrary.Json;
using Agent.Runtime.StandardLibrary.Yaml;
using Agent.Sdk.Schema;
using Agent.Syntax.Values;

namespace Agent.Runtime.StandardLibrary;

/// <summary>The functions of <c>encoding</c>.</summary>
internal static class EncodingFunctions
{
    public static IEnumerable<LibraryFunction> All { get; } =
    [
        Decoder("from_json", SchemaType.Any, static text => JsonText.Parse(text.Text, JsonNumbers.Float)),
        Decoder("from_yaml", SchemaType.Any, static text => YamlText.Parse(text.Text)),
        Decoder("from_base64", SchemaType.Text, static text => StringBytes.ToValue(Base64Text.Decode(StringBytes.Of(text), Base64Text.Standard), false)),
        Decoder("from_URLbase64", SchemaType.Text, static text => StringBytes.ToValue(Base64Text.Decode(StringBytes.Of(text), Base64Text.Url), false)),
        Decoder("to_base64", SchemaType.Text, static text => Value.Of(Convert.ToBase64String(StringBytes.Of(text)))),
        Decoder("to_URLbase64", SchemaType.Text, static text => Value.Of(Convert.ToBase64String(StringBytes.Of(text)).Replace('+', '-').Replace('/', '_'))),
        Decoder("url_encode", SchemaType.Text, static text => Value.Of(QueryText.Escape(StringBytes.Of(text)))),
        Decoder("url_decode", SchemaType.Text, static text => StringBytes.ToValue(QueryText.Unescape(StringBytes.Of(text)), false)),
        new("encoding.to_json", SchemaType.Text, ToJson),
    ];

    private static LibraryFunction Decoder(string name, SchemaType result, Func<StringValue, Value> decode) =>
        new($"encoding.{name}", result, arguments =>
        {
            if (arguments.Text(0) is not { } text)
            {
                return null;
            }
            try
            {
                return Sensitivity.MarkIf(text.IsSensitive, decode(text));
            }
            catch (FormatException exception)
            {
                return arguments.Fail(exception.Message);
            }
        });

    private static Value? ToJson(CallArguments arguments)
    {
        if (arguments[0] is not ObjectValue map)
        {
            return arguments.Fail("jsonEncode only supports map");
        }
        var json = new StringBuilder();
        return JsonEncoding.TryAppend(json, map, out string? error)
            ? new StringValue(json.ToString(), arguments.IsSensitive)
            : arguments.Fail(error);
    }
}
