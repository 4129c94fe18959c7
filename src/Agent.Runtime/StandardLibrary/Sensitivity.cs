using Agent.Sdk;
using Agent.Syntax.Values;

namespace Agent.Runtime.StandardLibrary;

/// <summary>Keeps track of secrets through functions.</summary>
internal static class Sensitivity
{
    public static bool IsSensitive(Value value) => value switch
    {
        CapsuleValue { Content: Secret or OptionalSecret { IsSecret: true } } => true,
        ArrayValue array => array.Any(IsSensitive),
        ObjectValue map => map.Keys.Any(key => IsSensitive(map[key])),
        _ => value.IsSensitive,
    };

    /// <summary>The same value with all its texts marked as secret. Numbers and keys carry no mark.</summary>
    public static Value Mark(Value value) => value switch
    {
        StringValue { IsSensitive: false } text => new StringValue(text.Text, true) { Bytes = text.Bytes },
        ArrayValue array => new ListValue([.. array.Select(Mark)]),
        ObjectValue map => new MapValue(map.Keys.ToDictionary(static key => key, key => Mark(map[key]), StringComparer.Ordinal)),
        _ => value,
    };

    public static Value MarkIf(bool isSensitive, Value value) => isSensitive ? Mark(value) : value;
}
