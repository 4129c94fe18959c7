using Agent.Syntax.Values;

namespace Agent.Runtime.StandardLibrary.JsonPaths;

/// <summary>One step of a path.</summary>
internal abstract class PathFragment
{
    /// <summary>Adds what the step finds in <paramref name="value"/>, in the document's order.</summary>
    public abstract void Select(Value value, Value document, bool isLast, List<Value> into);

    /// <summary>The elements of an array or the values of an object.</summary>
    protected static IEnumerable<Value> Children(Value value) => value switch
    {
        ArrayValue array => array,
        ObjectValue map => map.Keys.Select(key => map[key]),
        _ => [],
    };
}

/// <summary><c>$</c>.</summary>
internal sealed class RootFragment : PathFragment
{
    public override void Select(Value value, Value document, bool isLast, List<Value> into) => into.Add(document);
}

/// <summary><c>@</c>.</summary>
internal sealed class CurrentFragment : PathFragment
{
    public override void Select(Value value, Value document, bool isLast, List<Value> into) => into.Add(value);
}

/// <summary><c>*</c>.</summary>
internal sealed class WildcardFragment : PathFragment
{
    public override void Select(Value value, Value document, bool isLast, List<Value> into) => into.AddRange(Children(value));
}

/// <summary><c>name</c>, <c>['name']</c>, <c>[1]</c>, <c>['a', 1]</c>: names and indexes; a negative index counts from the end.</summary>
internal sealed class MembersFragment(IReadOnlyList<Value> members) : PathFragment
{
    public override void Select(Value value, Value document, bool isLast, List<Value> into)
    {
        foreach (Value member in members)
        {
            switch (value, member)
            {
                case (ObjectValue map, StringValue name) when map.TryGet(name.Text, out Value? field):
                    into.Add(field);
                    break;
                case (ArrayValue array, NumberValue number):
                    long index = number.AsInt64 < 0 ? array.Count + number.AsInt64 : number.AsInt64;
                    if (index >= 0 && index < array.Count)
                    {
                        into.Add(array[(int)index]);
                    }
                    break;
            }
        }
    }
}

/// <summary><c>..</c>: this value and all below it. The innermost come first, unless the path ends here.</summary>
internal sealed class DescentFragment : PathFragment
{
    public override void Select(Value value, Value document, bool isLast, List<Value> into)
    {
        if (isLast)
        {
            into.AddRange(Children(value));
        }
        foreach (Value child in Children(value))
        {
            if (JsonPath.IsContainer(child))
            {
                Select(child, document, isLast, into);
            }
        }
        if (!isLast)
        {
            into.Add(value);
        }
    }
}

/// <summary><c>[start:end:step]</c>; the end is exclusive.</summary>
internal sealed class SliceFragment(long start, long end, long step) : PathFragment
{
    public const long ToEnd = int.MaxValue;

    public override void Select(Value value, Value document, bool isLast, List<Value> into)
    {
        if (value is not ArrayValue array || step == 0)
        {
            return;
        }
        long first = start < 0 ? Math.Max(array.Count + start, 0) : start;
        if (first >= array.Count)
        {
            return;
        }
        long last = Math.Min(end < 0 ? array.Count + end : end, array.Count);
        if (step > 0)
        {
            for (long i = first; i < last; i += step)
            {
                into.Add(array[(int)i]);
            }
            return;
        }
        for (long i = first; i > Math.Max(last, -1); i += step)
        {
            into.Add(array[(int)i]);
        }
    }
}

/// <summary><c>[?(condition)]</c>.</summary>
internal sealed class FilterFragment(FilterNode condition) : PathFragment
{
    public override void Select(Value value, Value document, bool isLast, List<Value> into)
    {
        foreach (Value child in Children(value))
        {
            if (new FilterRun(condition, child, document).IsMatch())
            {
                into.Add(child);
            }
        }
    }
}
