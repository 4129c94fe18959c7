using System.Text;

namespace Agent.Components.Common.JmesPath;

/// <summary>Applies an expression to each item of an array; null results are left out.</summary>
internal abstract class ProjectionNode(JmesNode left, JmesNode right) : JmesNode
{
    public sealed override JmesValue Evaluate(JmesValue current, JmesScope scope)
    {
        JmesValue source = left.Evaluate(current, scope);
        // A slice of a string is one value, not many.
        if (left is ThenNode { Right: SliceNode } && source.Kind == JmesKind.String)
        {
            return right.Evaluate(source, scope);
        }
        if (Items(source) is not { } items)
        {
            return JmesValue.Null;
        }
        var results = new List<JmesValue>();
        foreach (JmesValue item in items)
        {
            JmesValue result = Keep(item, scope) ? right.Evaluate(item, scope) : JmesValue.Null;
            if (!result.IsNull)
            {
                results.Add(result);
            }
        }
        return JmesValue.Of(results);
    }

    protected virtual IEnumerable<JmesValue>? Items(JmesValue source) => source.Kind == JmesKind.Array ? source.AsArray : null;

    protected virtual bool Keep(JmesValue item, JmesScope scope) => true;
}

internal sealed class ListProjectionNode(JmesNode left, JmesNode right) : ProjectionNode(left, right);

internal sealed class ValueProjectionNode(JmesNode left, JmesNode right) : ProjectionNode(left, right)
{
    protected override IEnumerable<JmesValue>? Items(JmesValue source) => source.Kind == JmesKind.Object ? source.AsObject.Values : null;
}

internal sealed class FilterProjectionNode(JmesNode left, JmesNode right, JmesNode condition) : ProjectionNode(left, right)
{
    protected override bool Keep(JmesValue item, JmesScope scope) => condition.Evaluate(item, scope).IsTrue;
}

/// <summary>One level of arrays inside an array undone.</summary>
internal sealed class FlattenNode(JmesNode child) : JmesNode
{
    public override JmesValue Evaluate(JmesValue current, JmesScope scope)
    {
        JmesValue source = child.Evaluate(current, scope);
        if (source.Kind != JmesKind.Array)
        {
            return JmesValue.Null;
        }
        var flat = new List<JmesValue>();
        foreach (JmesValue item in source.AsArray)
        {
            if (item.Kind == JmesKind.Array)
            {
                flat.AddRange(item.AsArray);
            }
            else
            {
                flat.Add(item);
            }
        }
        return JmesValue.Of(flat);
    }
}

/// <summary>Python's slices, over arrays and over the code points of strings.</summary>
internal sealed class SliceNode(int? start, int? stop, int? step) : JmesNode
{
    public override JmesValue Evaluate(JmesValue current, JmesScope scope)
    {
        if (current.Kind == JmesKind.String)
        {
            Rune[] runes = [.. current.AsString.EnumerateRunes()];
            return JmesValue.Of(string.Concat(Indices(runes.Length).Select(at => runes[at].ToString())));
        }
        return current.Kind == JmesKind.Array
            ? JmesValue.Of([.. Indices(current.AsArray.Count).Select(at => current.AsArray[at])])
            : JmesValue.Null;
    }

    private List<int> Indices(int length)
    {
        int by = step ?? 1;
        if (by == 0)
        {
            throw new JmesException("Invalid slice, step cannot be 0");
        }
        int from = start is { } first ? Clamp(first, length, by) : by > 0 ? 0 : length - 1;
        int to = stop is { } last ? Clamp(last, length, by) : by > 0 ? length : -1;
        var found = new List<int>();
        for (long at = from; by > 0 ? at < to : at > to; at += by)
        {
            found.Add((int)at);
        }
        return found;
    }

    private static int Clamp(int at, int length, int by)
    {
        long position = at < 0 ? (long)at + length : at;
        return (int)Math.Clamp(position, by > 0 ? 0 : -1, by > 0 ? length : length - 1);
    }
}
