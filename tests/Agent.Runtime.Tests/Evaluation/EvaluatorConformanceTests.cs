using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using Agent.Runtime.Evaluation;
using Agent.Runtime.StandardLibrary;
using Agent.Sdk;
using Agent.Sdk.Decoding;
using Agent.Syntax;
using Agent.Syntax.Values;
using Agent.Testing;

namespace Agent.Runtime.Tests.Evaluation;

public sealed partial class EvaluatorConformanceTests
{
    [ConformanceFact]
    public void Expressions_evaluate_as_recorded()
    {
        var set = new ConformanceSet("syntax/eval");
        using JsonDocument document = Conformance.Load("syntax/eval.json");
        VariableScope variables = Variables(document.RootElement.GetProperty("scope"));
        foreach (JsonElement test in document.RootElement.GetProperty("cases").EnumerateArray())
        {
            set.Case(test.GetProperty("id").GetString()!, () => Check(test, variables));
        }
        set.Finish();
    }

    private static string? Check(JsonElement test, VariableScope variables)
    {
        var diagnostics = new DiagnosticBag();
        string expression = test.GetProperty("expr").GetString()!;
        Expression? parsed = Parser.ParseExpression(new SourceText("expr", expression), diagnostics);
        bool failsToParse = test.TryGetProperty("error", out JsonElement error) && error.GetProperty("phase").GetString() == "parse";
        if (failsToParse || parsed is null)
        {
            return failsToParse == parsed is null ? null : $"{expression}: parse: {diagnostics.FirstOrDefault()}";
        }
        Value? value = Evaluator.Evaluate(parsed, new ScopeChain(variables, new StandardLibraryScope(Options(test))), diagnostics);
        if (value is not null && ConvertedValue.Convert(value, test.GetProperty("as").GetString()!, out value) is { } failed)
        {
            ExpressionPlace place = ExpressionPlace.Of(parsed, failed.Path);
            diagnostics.Error(DiagnosticCodes.WrongType, place.Span, $"{place.Text} {failed.Message}");
            value = null;
        }
        if (error.ValueKind == JsonValueKind.Object)
        {
            return value is null ? ComparePlace(error.GetProperty("text").GetString()!, diagnostics) : $"{expression}: no error: {ValuePrinter.Print(value)}";
        }
        return value is null ? $"{expression}: {diagnostics.First()}" : Compare(test, expression, value);
    }

    private static string? ComparePlace(string expected, DiagnosticBag diagnostics)
    {
        Match place = PlacePattern().Match(expected);
        Diagnostic first = diagnostics.First();
        if (!place.Success)
        {
            return null;
        }
        string actual = $"{first.Span.StartPosition}: {first.Message}";
        bool sameMessage = place.Groups["message"].Value.Contains(" should be ", StringComparison.Ordinal) ? actual == expected : true;
        return first.Span.StartPosition.ToString() == place.Groups["place"].Value && sameMessage ? null : $"expected {expected}, got {actual}";
    }

    private static string? Compare(JsonElement test, string expression, Value value)
    {
        if (test.TryGetProperty("bytes_base64", out JsonElement bytes))
        {
            byte[] actual = ((StringValue)value).Bytes ?? Encoding.UTF8.GetBytes(((StringValue)value).Text);
            return Convert.ToBase64String(actual) == bytes.GetString() ? null : $"{expression}: bytes {Convert.ToBase64String(actual)}";
        }
        if (value is NumberValue number && test.TryGetProperty("text", out JsonElement text) && NumberText(number) != text.GetString())
        {
            return $"{expression}: expected {text}, got {NumberText(number)}";
        }
        bool anyOrder = test.TryGetProperty("order", out JsonElement order) && order.GetString() == "any";
        return Same(test.GetProperty("value"), value, anyOrder) ? null : $"{expression}: expected {test.GetProperty("value")}, got {ValuePrinter.Print(value)}";
    }

    private static string NumberText(NumberValue number) => number.NumberKind switch
    {
        NumberKind.Int => number.AsInt64.ToString(),
        NumberKind.Uint => number.AsUInt64.ToString(),
        _ => GoFloat.Format(number.AsDouble, 'g'),
    };

    private static bool Same(JsonElement expected, Value value, bool anyOrder)
    {
        JsonElement content = expected.GetProperty("value");
        switch (expected.GetProperty("type").GetString())
        {
            case "null":
                return value is NullValue;
            case "number" when content.ValueKind == JsonValueKind.String:
                return value is NumberValue special && GoFloat.Format(special.AsDouble, 'g') == content.GetString();
            case "number":
                return value is NumberValue number && number.AsDouble == content.GetDouble();
            case "string" or "secret":
                return value is StringValue text && text.Text == content.GetString();
            case "duration":
                return value is StringValue nanoseconds && nanoseconds.Text == expected.GetProperty("nanoseconds").GetRawText();
            case "bool":
                return value is BoolValue flag && flag.IsTrue == content.GetBoolean();
            case "function":
                return value is FunctionValue;
            case "capsule":
                return ValueText(value) == content.GetString();
            case "array":
                return value is ArrayValue array && SameItems(content, array, anyOrder);
            case "object":
                return value is ObjectValue map && map.Count == content.GetArrayLength()
                    && content.EnumerateArray().All(field => map.TryGet(field.GetProperty("key").GetString()!, out Value? own) && Same(field.GetProperty("value"), own, anyOrder));
            default:
                throw new NotSupportedException(expected.ToString());
        }
    }

    private static bool SameItems(JsonElement expected, ArrayValue array, bool anyOrder)
    {
        if (array.Count != expected.GetArrayLength())
        {
            return false;
        }
        if (!anyOrder)
        {
            return expected.EnumerateArray().Zip(array).All(pair => Same(pair.First, pair.Second, anyOrder));
        }
        var left = array.ToList();
        foreach (JsonElement item in expected.EnumerateArray())
        {
            int index = left.FindIndex(own => Same(item, own, anyOrder));
            if (index < 0)
            {
                return false;
            }
            left.RemoveAt(index);
        }
        return true;
    }

    private static string ValueText(Value value)
    {
        using var buffer = new MemoryStream();
        using (var json = new Utf8JsonWriter(buffer))
        {
            ValueJson.Write(json, value);
        }
        using JsonDocument written = JsonDocument.Parse(buffer.ToArray());
        return written.RootElement.GetProperty("value").GetString()!;
    }

    private static StandardLibraryOptions Options(JsonElement test)
    {
        var environment = new Dictionary<string, string>(StringComparer.Ordinal);
        if (test.TryGetProperty("env", out JsonElement variables))
        {
            foreach (JsonProperty variable in variables.EnumerateObject())
            {
                environment[variable.Name] = variable.Value.GetString()!;
            }
        }
        return new StandardLibraryOptions { Environment = name => environment.GetValueOrDefault(name) };
    }

    /// <summary>Variables are given as JSON, or described in words such as <c>number 42 (int)</c>.</summary>
    private static VariableScope Variables(JsonElement scope)
    {
        var variables = new Dictionary<string, Value>(StringComparer.Ordinal);
        foreach (JsonProperty variable in scope.EnumerateObject())
        {
            variables[variable.Name] = variable.Value.ValueKind == JsonValueKind.String
                ? Described(variable.Value.GetString()!)
                : FromJson(variable.Value);
        }
        return new VariableScope(variables);
    }

    private static Value Described(string text)
    {
        Match match = DescriptionPattern().Match(text);
        string quoted = match.Groups["text"].Value;
        return match.Groups["kind"].Value switch
        {
            "number" => Value.Of(long.Parse(match.Groups["number"].Value)),
            "alloytypes.Secret" => ScalarConversion.ToValue(new Secret(quoted)),
            "OptionalSecret" => ScalarConversion.ToValue(new OptionalSecret(quoted, match.Groups["secret"].Value == "true")),
            _ => throw new NotSupportedException(text),
        };
    }

    private static Value FromJson(JsonElement json) => json.ValueKind switch
    {
        JsonValueKind.Null => Value.Null,
        JsonValueKind.True or JsonValueKind.False => Value.Of(json.GetBoolean()),
        JsonValueKind.String => Value.Of(json.GetString()!),
        JsonValueKind.Number => json.TryGetInt64(out long integer) ? Value.Of(integer) : Value.Of(json.GetDouble()),
        JsonValueKind.Array => new ListValue([.. json.EnumerateArray().Select(FromJson)]),
        _ => new MapValue(json.EnumerateObject().ToDictionary(static field => field.Name, static field => FromJson(field.Value), StringComparer.Ordinal)),
    };

    [GeneratedRegex("^(?<place>[0-9]+:[0-9]+): (?<message>.*)$", RegexOptions.Singleline)]
    private static partial Regex PlacePattern();

    [GeneratedRegex("""^(capsule )?(?<kind>number|alloytypes\.Secret|OptionalSecret)( (?<number>-?\d+) .*|\("(?<text>.*)"\)|\{IsSecret:(?<secret>true|false), Value:"(?<text>.*)"\})$""")]
    private static partial Regex DescriptionPattern();
}
