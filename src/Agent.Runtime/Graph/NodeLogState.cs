using System.Collections;

namespace Agent.Runtime.Graph;

/// <summary>One log record: where it comes from, its own values, its text.</summary>
internal sealed class NodeLogState(
    IReadOnlyList<KeyValuePair<string, object?>> scope,
    IReadOnlyList<KeyValuePair<string, object?>> values,
    string message) : IReadOnlyList<KeyValuePair<string, object?>>
{
    public string Message => message;

    public int Count => scope.Count + values.Count;

    public KeyValuePair<string, object?> this[int index] => index < scope.Count ? scope[index] : values[index - scope.Count];

    public IEnumerator<KeyValuePair<string, object?>> GetEnumerator() => scope.Concat(values).GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    public override string ToString() => message;
}
