using Agent.Syntax;

namespace Agent.Runtime.Graph;

/// <summary>A dotted chain of names in an expression, such as <c>loki.write.local.receiver</c>.</summary>
public sealed record Reference(IReadOnlyList<string> Parts, TextSpan Span)
{
    public override string ToString() => string.Join('.', Parts);
}
