using Agent.Sdk.Decoding;
using Agent.Syntax;

namespace Agent.Sdk.Checks;

/// <summary>One component of a configuration that is being checked.</summary>
/// <param name="Component">Such as <c>prometheus.scrape</c>.</param>
/// <param name="Id">Name and label.</param>
/// <param name="Span">Where its name and label stand.</param>
public sealed record CheckedNode(string Component, string Id, TextSpan Span)
{
    /// <summary>Its block, with empty lists for what other components will export; null where that could not be evaluated.</summary>
    public BlockValue? Block { get; init; }

    /// <summary>Its arguments, likewise; null where a part is not known.</summary>
    public object? Arguments { get; init; }

    /// <summary>What it refers to.</summary>
    public IReadOnlyList<CheckedReference> References { get; init; } = [];
}

/// <summary>A component refers to what another one exports.</summary>
/// <param name="Id">The other one.</param>
/// <param name="Argument">The argument with the blocks around it, such as <c>targets</c>.</param>
/// <param name="Span">Where the argument's value stands.</param>
public sealed record CheckedReference(string Id, string Argument, TextSpan Span);
