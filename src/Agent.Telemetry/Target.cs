namespace Agent.Telemetry;

/// <summary>Something to collect from, as discovery found it: labels, of which those with two leading underscores steer the collector.</summary>
public sealed record Target(LabelSet Labels)
{
    public string this[string name] => Labels[name];
}
