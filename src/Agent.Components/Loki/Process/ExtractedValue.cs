namespace Agent.Components.Loki.Process;

/// <summary>A name and its value, for the stages that look at all extracted values.</summary>
public readonly record struct ExtractedValue(string Name, SlotValue Value);
