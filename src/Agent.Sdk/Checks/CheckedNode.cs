using Agent.Sdk.Decoding;
using Agent.Syntax;

namespace Agent.Sdk.Checks;

/// <summary>One component of a configuration that is being checked. What is in it is worked out when a check asks for it.</summary>
/// <param name="component">Such as <c>prometheus.scrape</c>.</param>
/// <param name="id">Name and label.</param>
/// <param name="span">Where its name and label stand.</param>
public class CheckedNode(string component, string id, TextSpan span)
{
    public string Component => component;

    public string Id => id;

    public TextSpan Span => span;

    /// <summary>
    /// Its block: as it runs, or, while the configuration is only validated, with empty lists for what other components will export. Null
    /// where that could not be evaluated.
    /// </summary>
    public virtual BlockValue? Block { get; init; }

    /// <summary>Its arguments, likewise; null where a part is not known.</summary>
    public virtual object? Arguments { get; init; }

    /// <summary>What it refers to.</summary>
    public virtual IReadOnlyList<CheckedReference> References { get; init; } = [];
}

/// <summary>A component refers to what another one exports.</summary>
/// <param name="Id">The other one.</param>
/// <param name="Argument">The argument with the blocks around it, such as <c>targets</c>.</param>
/// <param name="Span">Where the argument's value stands.</param>
public sealed record CheckedReference(string Id, string Argument, TextSpan Span);
