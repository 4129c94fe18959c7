using System.Globalization;
using Agent.Sdk;
using Agent.Sdk.Decoding;
using Agent.Syntax.Values;

namespace Agent.Runtime.Tests.Evaluation;

/// <summary>An evaluated value after decoding into one of the types that the golden data names.</summary>
internal static class ConvertedValue
{
    /// <summary>The value as the type holds it, or why it does not convert.</summary>
    public static ConversionError? Convert(Value value, string type, out Value converted)
    {
        converted = value;
        ConversionError? error;
        switch (type)
        {
            case "any":
                return null;
            case "string":
                error = ScalarConversion.ToText(value, out StringValue text);
                converted = text;
                return error;
            case "bool":
                error = ScalarConversion.ToBool(value, out bool flag);
                converted = Value.Of(flag);
                return error;
            case "secret":
                error = ScalarConversion.ToSecret(value, out Secret secret);
                converted = Value.Of(secret.Reveal());
                return error;
            case "duration":
                return Duration(value, out converted);
            case "list(string)" or "list(number)":
                return List(value, type == "list(string)" ? "string" : "float64", out converted);
            case "map(string)":
                return Map(value, out converted);
            default:
                error = ScalarConversion.ToNumber(value, out NumberValue number);
                converted = Number(number, type);
                return error;
        }
    }

    private static NumberValue Number(NumberValue number, string type) => type switch
    {
        "int" or "int64" => new NumberValue(number.AsInt64),
        "int8" => new NumberValue((long)unchecked((sbyte)number.AsInt64)),
        "uint64" => new NumberValue(number.AsUInt64),
        "float64" => new NumberValue(number.AsDouble),
        _ => throw new NotSupportedException(type),
    };

    private static ConversionError? Duration(Value value, out Value converted)
    {
        converted = Value.Null;
        if (ScalarConversion.ToText(value, out StringValue text) is { } error)
        {
            return error;
        }
        if (!GoDuration.TryParseNanoseconds(text.Text, out long nanoseconds, out string? message))
        {
            return new ConversionError(message);
        }
        converted = Value.Of(nanoseconds.ToString(CultureInfo.InvariantCulture));
        return null;
    }

    private static ConversionError? List(Value value, string element, out Value converted)
    {
        var items = new List<Value>();
        converted = new ListValue(items);
        if (value is not ArrayValue array)
        {
            return value is NullValue ? null : ScalarConversion.Mismatch(ValueKind.Array, value);
        }
        for (int i = 0; i < array.Count; i++)
        {
            if (Convert(array[i], element, out Value item) is { } error)
            {
                return error with { Path = ValuePath.At(i, error.Path) };
            }
            items.Add(item);
        }
        return null;
    }

    private static ConversionError? Map(Value value, out Value converted)
    {
        var fields = new Dictionary<string, Value>(StringComparer.Ordinal);
        converted = new MapValue(fields);
        if (value is not ObjectValue map)
        {
            return value is NullValue ? null : ScalarConversion.Mismatch(ValueKind.Object, value);
        }
        foreach (string key in map.Keys)
        {
            if (Convert(map[key], "string", out Value field) is { } error)
            {
                return error with { Path = ValuePath.At(key, error.Path) };
            }
            fields[key] = field;
        }
        return null;
    }
}
