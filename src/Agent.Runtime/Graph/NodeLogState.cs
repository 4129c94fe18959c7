namespace Agent.Runtime.Graph;

/// <summary>One log record of a component: where it comes from, and its text.</summary>
internal sealed record NodeLogState(IReadOnlyList<KeyValuePair<string, object?>> Origin, string Message);
