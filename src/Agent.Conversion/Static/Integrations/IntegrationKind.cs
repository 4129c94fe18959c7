using Agent.Conversion.Blocks;
using Agent.Conversion.Diagnostics;
using Agent.Conversion.Yaml;

namespace Agent.Conversion.Static.Integrations;

/// <summary>A kind of integration.</summary>
/// <param name="Name">The name of its section.</param>
/// <param name="NextName">The name where integrations are the next ones; those of which there may be several have <c>_configs</c> behind it there.</param>
/// <param name="Component">The name behind <c>prometheus.exporter.</c>, or null where there is no such component.</param>
internal sealed record IntegrationKind(string Name, string NextName, string? Component)
{
    /// <summary>One at most, where integrations are the next ones.</summary>
    public bool IsSingle { get; init; }

    /// <summary>False for those that only the next integrations have.</summary>
    public bool IsFormer { get; init; } = true;

    /// <summary>The settings that go over as they are.</summary>
    public string Fields { get; init; } = "";

    /// <summary>Writes the rest.</summary>
    public Action<YamlMap, AlloyBody, Findings>? Write { get; init; }

    public string NextKey => IsSingle ? NextName : NextName + "_configs";

    public void WriteArguments(YamlMap from, AlloyBody to, Findings findings)
    {
        FieldList.Copy(Fields, from, to);
        Write?.Invoke(from, to, findings);
    }
}

/// <summary>An integration that was found.</summary>
/// <param name="Name">What findings call it.</param>
/// <param name="IsEnabled">False for one that is switched off.</param>
/// <param name="Kind">Its kind.</param>
internal sealed record Integration(string Name, bool IsEnabled, IntegrationKind Kind);
