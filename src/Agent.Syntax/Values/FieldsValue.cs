using System.Diagnostics.CodeAnalysis;

namespace Agent.Syntax.Values;

/// <summary>An object of a few fields in two arrays, which must not change any more: for one field a dictionary takes five times as much.</summary>
/// <param name="names">In order, without repeats.</param>
/// <param name="values">In the same order.</param>
public sealed class FieldsValue(string[] names, Value[] values) : ObjectValue
{
    public override int Count => values.Length;

    public override IEnumerable<string> Keys => names;

    public override bool TryGet(string key, [NotNullWhen(true)] out Value? value)
    {
        int at = Array.IndexOf(names, key);
        value = at < 0 ? null : values[at];
        return at >= 0;
    }
}
