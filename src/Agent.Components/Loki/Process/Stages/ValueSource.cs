namespace Agent.Components.Loki.Process.Stages;

/// <summary>Where a stage with a <c>source_type</c> finds its values; most stages take only some of these.</summary>
public enum ValueSource
{
    Extracted,
    StructuredMetadata,
    Label,
    Line,
}
