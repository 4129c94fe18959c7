using Agent.Runtime.StandardLibrary.Json;
using Agent.Runtime.StandardLibrary.JsonPaths;
using Agent.Sdk;
using Agent.Sdk.Decoding;
using Agent.Sdk.Schema;
using Agent.Syntax.Values;

namespace Agent.Runtime.StandardLibrary;

/// <summary>Functions about the machine and about values in general.</summary>
internal static class SystemFunctions
{
    public static IEnumerable<LibraryFunction> All(StandardLibraryOptions options) =>
    [
        new("sys.env", SchemaType.Text, arguments => Environment(arguments, options)),
        new("convert.nonsensitive", SchemaType.Text, NonSensitive),
        new("file.path_join", SchemaType.Text, JoinPath) { Arguments = 0, IsVariadic = true },
        new("coalesce", SchemaType.Any, Coalesce) { Arguments = 0, IsVariadic = true, PassesUnknown = true },
        new("json_path", SchemaType.ListOf(SchemaType.Any), SelectJson) { Arguments = 2 },
    ];

    private static Value? Environment(CallArguments arguments, StandardLibraryOptions options)
    {
        if (arguments.Text(0) is not { } name)
        {
            return null;
        }
        return options.Environment(name.Text) switch
        {
            { } value => new StringValue(value),
            null when options.UnsetIsUnknown => new UnknownValue(SchemaType.Text),
            _ => Value.Of(""),
        };
    }

    private static Value? NonSensitive(CallArguments arguments) =>
        arguments.Check(0, ScalarConversion.ToSecret(arguments[0], out Secret secret)) ? Value.Of(secret.Reveal()) : null;

    private static StringValue? JoinPath(CallArguments arguments)
    {
        if (arguments.TextsFrom(0) is not { } parts)
        {
            return null;
        }
        string joined = string.Join('/', parts.Select(static part => part.Text).Where(static part => part.Length > 0));
        return new StringValue(joined.Length == 0 ? "" : FilePath.Clean(joined), arguments.IsSensitive);
    }

    private static Value? Coalesce(CallArguments arguments)
    {
        for (int i = 0; i < arguments.Count; i++)
        {
            if (!IsEmpty(arguments[i]))
            {
                return arguments[i];
            }
        }
        return arguments.Count == 0 ? Value.Null : arguments[arguments.Count - 1];
    }

    private static bool IsEmpty(Value value) => value switch
    {
        NullValue => true,
        BoolValue flag => !flag.IsTrue,
        StringValue text => text.Text.Length == 0,
        NumberValue number => number.AsDouble == 0 && !double.IsNegative(number.AsDouble),
        ArrayValue array => array.Count == 0,
        ObjectValue map => map.Count == 0,
        CapsuleValue { Content: Secret secret } => secret.Reveal().Length == 0,
        CapsuleValue { Content: OptionalSecret secret } => !secret.IsSecret && secret.Value.Length == 0,
        _ => false,
    };

    private static Value? SelectJson(CallArguments arguments)
    {
        if (arguments.Text(0) is not { } json || arguments.Text(1) is not { } path)
        {
            return null;
        }
        try
        {
            JsonPath parsed = JsonPathParser.Parse(path.Text);
            Value document = JsonText.Parse(json.Text, JsonNumbers.KeepIntegers);
            return Sensitivity.MarkIf(json.IsSensitive, new ListValue(parsed.Select(document)));
        }
        catch (FormatException exception)
        {
            return arguments.Fail(exception.Message);
        }
    }
}
