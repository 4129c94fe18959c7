namespace Agent.Sdk;

/// <summary>A component that has less to do where it knows what becomes of its exports.</summary>
public interface IConsumerAware
{
    /// <summary>
    /// Says who uses the exports: before <c>RunAsync</c>, and again, at any time, after a load or a new evaluation has changed it. Never
    /// twice at once; must be quick and must not throw.
    /// </summary>
    void ConsumersChanged(IReadOnlyList<ExportUse> uses);
}

/// <summary>One place of the configuration that refers to the exports of a component.</summary>
/// <param name="Component">What kind of component refers to them, such as <c>discovery.relabel</c>.</param>
/// <param name="Id">That component's id.</param>
/// <param name="Argument">The argument with the blocks around it, such as <c>targets</c> or <c>rule.regex</c>.</param>
/// <param name="Export">What is referred to, such as <c>targets</c>; empty for all exports as one object.</param>
/// <param name="IsWhole">The argument is that export as it is, alone or joined with others by <c>array.concat</c>.</param>
/// <param name="Arguments">The arguments that the component works with now; null while it has none.</param>
public sealed record ExportUse(string Component, string Id, string Argument, string Export, bool IsWhole, object? Arguments)
{
    /// <summary>The component, this one or one that it leads to, that may share its work with other agents by a <c>clustering</c> block; null where none does.</summary>
    public string? SharedBy { get; init; }
}
