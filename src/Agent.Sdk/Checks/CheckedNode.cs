using Agent.Sdk.Decoding;
using Agent.Syntax;

namespace Agent.Sdk.Checks;

/// <summary>One component of a configuration that is being checked. What is in it is worked out when a check asks for it.</summary>
/// <param name="component">Such as <c>prometheus.scrape</c>.</param>
/// <param name="id">Name and label, with those of the modules around it: <c>feature.default/prometheus.scrape.web</c>.</param>
/// <param name="span">Where its name and label stand.</param>
public class CheckedNode(string component, string id, TextSpan span)
{
    public string Component => component;

    public string Id { get; } = id;

    public TextSpan Span => span;

    /// <summary>Name and label, as its own module knows it.</summary>
    public string Name { get; init; } = id;

    /// <summary>
    /// Its block: as it runs, or, while the configuration is only validated, with empty lists for what other components will export. Null
    /// where that could not be evaluated.
    /// </summary>
    public virtual BlockValue? Block { get; init; }

    /// <summary>Its arguments, likewise; null where a part is not known.</summary>
    public virtual object? Arguments { get; init; }

    /// <summary>The components whose exports it is given, whatever modules they go through.</summary>
    public virtual IReadOnlyList<CheckedReference> References { get; init; } = [];

    /// <summary>The blocks that run the modules which it is in, the innermost first; none for a component of the configuration itself.</summary>
    public virtual IReadOnlyList<CheckedUse> Uses { get; init; } = [];

    /// <summary>Reports what was found at a place of this component and, as it may be fine elsewhere, at each use of the modules that it is in.</summary>
    public void Warn(DiagnosticBag diagnostics, Diagnostic finding)
    {
        diagnostics.Add(finding);
        foreach (CheckedUse use in Uses)
        {
            diagnostics.Warn(finding.Code, use.Span, $"in {use.Name}: {finding}");
        }
    }
}

/// <summary>A component refers to what another one exports.</summary>
/// <param name="Id">The other one.</param>
/// <param name="Argument">The argument with the blocks around it, such as <c>targets</c>.</param>
/// <param name="Span">Where the argument's value stands.</param>
public sealed record CheckedReference(string Id, string Argument, TextSpan Span);

/// <summary>A block that runs a module: a custom component, or a <c>foreach</c>.</summary>
/// <param name="Name">Its name and label.</param>
/// <param name="Span">Where it begins.</param>
public sealed record CheckedUse(string Name, TextSpan Span);
