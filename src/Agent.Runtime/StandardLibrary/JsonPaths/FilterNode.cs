using Agent.Sdk.Patterns;
using Agent.Syntax.Values;

namespace Agent.Runtime.StandardLibrary.JsonPaths;

/// <summary>A part of a filter's condition.</summary>
internal abstract record FilterNode;

/// <summary>A constant; null stands for <c>Nothing</c>.</summary>
internal sealed record ConstantNode(Value? Value) : FilterNode;

/// <summary><c>/pattern/</c>.</summary>
internal sealed record PatternNode(Pattern Pattern) : FilterNode;

/// <summary>A path from the element (<c>@</c>) or the document (<c>$</c>).</summary>
internal sealed record PathNode(JsonPath Path) : FilterNode;

/// <summary>A lone value in parentheses that is an operand: it then counts by its content, not by being there.</summary>
internal sealed record GroupNode(FilterNode Inner) : FilterNode;

/// <summary>An operator between two operands, such as <c>==</c>, <c>&amp;&amp;</c>, <c>in</c>.</summary>
internal sealed record OperatorNode(string Name, FilterNode Left, FilterNode Right) : FilterNode;

/// <summary><c>!</c>, <c>length</c>, <c>count</c>, and with two arguments <c>match</c> and <c>search</c>.</summary>
internal sealed record FunctionNode(string Name, FilterNode Left, FilterNode? Right) : FilterNode;
