namespace Agent.Components.Common.GoTemplate;

/// <summary>What one execution of a template may use, so that a template that loops ends with an error on its line.</summary>
public sealed record TemplateLimits
{
    /// <summary>Nodes and loop turns.</summary>
    public int Steps { get; init; } = 250_000;

    /// <summary>Bytes written.</summary>
    public int Output { get; init; } = 16 << 20;

    /// <summary>Bytes that functions read and make, loops included.</summary>
    public long Work { get; init; } = 64L << 20;

    /// <summary>Templates within templates.</summary>
    public int Depth { get; init; } = 200;
}
