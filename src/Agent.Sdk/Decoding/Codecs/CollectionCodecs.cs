using System.Diagnostics.CodeAnalysis;
using Agent.Sdk.Schema;
using Agent.Syntax.Values;

namespace Agent.Sdk.Decoding.Codecs;

/// <summary>A list; a list of targets goes through as the instance that its owner made.</summary>
public sealed class ListCodec<T> : ValueCodec<ValueList<T>>
{
    private readonly ValueCodec<T> _element;

    internal ListCodec(ValueCodec<T> element)
        : base(SchemaType.ListOf(element.Type)) => _element = element;

    public override Value Encode(ValueList<T> value)
    {
        if (value is ValueList<Telemetry.Target> targets)
        {
            return new TargetListValue(targets);
        }
        var items = new Value[value.Count];
        for (int i = 0; i < items.Length; i++)
        {
            items[i] = _element.Encode(value[i]);
        }
        return new ListValue(items);
    }

    protected override bool Read(Value value, DecodeProblem problem, [MaybeNullWhen(false)] out ValueList<T> result)
    {
        result = null;
        if (value is TargetListValue targets && targets.Targets is ValueList<T> same)
        {
            result = same;
            return true;
        }
        if (value is NullValue)
        {
            result = ValueList<T>.Empty;
            return true;
        }
        if (value is not ArrayValue array)
        {
            return problem.WrongType(value, "array");
        }
        return ReadItems(array, problem, out result);
    }

    private bool ReadItems(ArrayValue array, DecodeProblem problem, [MaybeNullWhen(false)] out ValueList<T> result)
    {
        result = null;
        bool known = true;
        var items = new T[array.Count];
        for (int i = 0; i < items.Length; i++)
        {
            if (!_element.TryDecode(array[i], problem, out items[i]!))
            {
                known = false;
                if (problem.Message is not null)
                {
                    problem.Within($"[{i}]");
                    return false;
                }
            }
        }
        result = !known ? null : items.Length == 0 ? ValueList<T>.Empty : new ValueList<T>(items);
        return known;
    }
}

public sealed class MapCodec<T> : ValueCodec<ValueMap<T>>
{
    private readonly ValueCodec<T> _element;

    internal MapCodec(ValueCodec<T> element)
        : base(SchemaType.MapOf(element.Type)) => _element = element;

    public override Value Encode(ValueMap<T> value)
    {
        var fields = new Dictionary<string, Value>(value.Count, StringComparer.Ordinal);
        foreach ((string key, T item) in value)
        {
            fields[key] = _element.Encode(item);
        }
        return new MapValue(fields);
    }

    protected override bool Read(Value value, DecodeProblem problem, [MaybeNullWhen(false)] out ValueMap<T> result)
    {
        result = ValueMap<T>.Empty;
        if (value is NullValue)
        {
            return true;
        }
        if (value is not ObjectValue map)
        {
            return problem.WrongType(value, "object");
        }
        bool known = true;
        var entries = new List<KeyValuePair<string, T>>(map.Count);
        foreach (string key in map.Keys)
        {
            if (_element.TryDecode(map[key], problem, out T? item))
            {
                entries.Add(new(key, item));
                continue;
            }
            known = false;
            if (problem.Message is not null)
            {
                problem.Within("." + key);
                return false;
            }
        }
        result = new ValueMap<T>(entries);
        return known;
    }
}
