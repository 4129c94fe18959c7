namespace Agent.Telemetry.Metrics;

/// <summary>What a target says of one metric family.</summary>
/// <param name="Family">The family's name, without the suffixes of its series (<c>_total</c>, <c>_bucket</c>).</param>
/// <param name="Help">Empty where the target gives none.</param>
/// <param name="Unit">Empty where the target gives none.</param>
public sealed record MetricMetadata(string Family, MetricType Type, string Help = "", string Unit = "");
