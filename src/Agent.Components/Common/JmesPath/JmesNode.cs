namespace Agent.Components.Common.JmesPath;

/// <summary>One node of an expression.</summary>
internal abstract class JmesNode
{
    public abstract JmesValue Evaluate(JmesValue current, JmesScope scope);
}

internal sealed class CurrentNode : JmesNode
{
    public static readonly CurrentNode Instance = new();

    public override JmesValue Evaluate(JmesValue current, JmesScope scope) => current;
}

internal sealed class RootNode : JmesNode
{
    public override JmesValue Evaluate(JmesValue current, JmesScope scope) => scope.Root;
}

internal sealed class LiteralNode(JmesValue value) : JmesNode
{
    public override JmesValue Evaluate(JmesValue current, JmesScope scope) => value;
}

internal sealed class FieldNode(string name) : JmesNode
{
    public string Name => name;

    public override JmesValue Evaluate(JmesValue current, JmesScope scope) => current.Field(name);
}

internal sealed class VariableNode(string name) : JmesNode
{
    public override JmesValue Evaluate(JmesValue current, JmesScope scope) => scope.Lookup(name);
}

/// <summary>The right side applied to what the left gives: <c>a.b</c>, <c>a | b</c>, <c>a[0]</c>.</summary>
internal sealed class ThenNode(JmesNode left, JmesNode right) : JmesNode
{
    public JmesNode Left => left;

    public JmesNode Right => right;

    public override JmesValue Evaluate(JmesValue current, JmesScope scope) => right.Evaluate(left.Evaluate(current, scope), scope);
}

internal sealed class IndexNode(int index) : JmesNode
{
    public override JmesValue Evaluate(JmesValue current, JmesScope scope)
    {
        if (current.Kind != JmesKind.Array)
        {
            return JmesValue.Null;
        }
        int at = index < 0 ? index + current.AsArray.Count : index;
        return at >= 0 && at < current.AsArray.Count ? current.AsArray[at] : JmesValue.Null;
    }
}

internal sealed class LogicNode(bool and, JmesNode left, JmesNode right) : JmesNode
{
    public override JmesValue Evaluate(JmesValue current, JmesScope scope)
    {
        JmesValue first = left.Evaluate(current, scope);
        return first.IsTrue == and ? right.Evaluate(current, scope) : first;
    }
}

internal sealed class NotNode(JmesNode child) : JmesNode
{
    public override JmesValue Evaluate(JmesValue current, JmesScope scope) => JmesValue.Of(!child.Evaluate(current, scope).IsTrue);
}

internal sealed class ReferenceNode(JmesNode child) : JmesNode
{
    public override JmesValue Evaluate(JmesValue current, JmesScope scope) => JmesValue.Of(child);
}

internal sealed class ListNode(IReadOnlyList<JmesNode> items) : JmesNode
{
    public override JmesValue Evaluate(JmesValue current, JmesScope scope) =>
        current.IsNull ? current : JmesValue.Of([.. items.Select(item => item.Evaluate(current, scope))]);
}

internal sealed class HashNode(IReadOnlyList<(string Name, JmesNode Value)> fields) : JmesNode
{
    public override JmesValue Evaluate(JmesValue current, JmesScope scope)
    {
        if (current.IsNull)
        {
            return current;
        }
        SortedDictionary<string, JmesValue> result = JmesValue.NewObject();
        foreach ((string name, JmesNode value) in fields)
        {
            result[name] = value.Evaluate(current, scope);
        }
        return JmesValue.Of(result);
    }
}

internal sealed class LetNode(IReadOnlyList<(string Name, JmesNode Value)> bindings, JmesNode body) : JmesNode
{
    public override JmesValue Evaluate(JmesValue current, JmesScope scope)
    {
        JmesScope inner = scope;
        foreach ((string name, JmesNode value) in bindings)
        {
            inner = new JmesScope(scope.Root, name, value.Evaluate(current, scope), inner);
        }
        return body.Evaluate(current, inner);
    }
}

internal sealed class CallNode(string name, IReadOnlyList<JmesNode> arguments) : JmesNode
{
    public override JmesValue Evaluate(JmesValue current, JmesScope scope) =>
        JmesFunctions.Call(name, [.. arguments.Select(argument => argument.Evaluate(current, scope))], scope);
}
