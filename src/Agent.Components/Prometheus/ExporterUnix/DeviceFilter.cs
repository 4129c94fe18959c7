using Agent.Sdk.Patterns;

namespace Agent.Components.Prometheus.ExporterUnix;

/// <summary>Chooses devices by name: those that match <c>include</c>, if given, and do not match <c>exclude</c>. Unanchored, as in the reference.</summary>
internal sealed class DeviceFilter(Pattern? exclude, Pattern? include)
{
    private readonly Pattern? _exclude = exclude is { Text.Length: > 0 } ? exclude : null;
    private readonly Pattern? _include = include is { Text.Length: > 0 } ? include : null;

    public bool Ignores(string name) =>
        (_exclude is not null && _exclude.IsMatch(name)) || (_include is not null && !_include.IsMatch(name));

    public bool Ignores(ReadOnlySpan<byte> name) =>
        (_exclude is not null && _exclude.IsMatch(name)) || (_include is not null && !_include.IsMatch(name));
}
