using Agent.Sdk;
using Agent.Sdk.Decoding;

namespace Agent.Components.Prometheus.ExporterUnix;

/// <summary>Checks options against each other, and names of collectors against those that there are.</summary>
internal static class UnixExporterRules
{
    // Collectors of other systems: Alloy's configurations are written for all, so naming one is no mistake.
    private static readonly HashSet<string> Elsewhere = new(StringComparer.Ordinal)
    {
        "boottime", "devstat", "exec", "netisr", "thermal",
    };

    private static readonly string[] BackendLabels =
        ["local_address", "local_port", "remote_address", "remote_port", "proto", "local_mark"];

    public static void Check(UnixExporterOptions options, ValidationContext context)
    {
        CheckNames("set_collectors", options.SetCollectors, context);
        CheckNames("enable_collectors", options.EnableCollectors, context);
        CheckNames("disable_collectors", options.DisableCollectors, context);
        foreach (string name in options.EnableCollectors.Where(options.DisableCollectors.Contains))
        {
            context.Warn("enable_collectors", $"collector \"{name}\" is enabled and disabled: disable_collectors wins");
        }
        IReadOnlyList<string> enabled = CollectorCatalog.Enabled(options);
        if (enabled.Contains("netdev") && options.Netdev is { DeviceInclude.Text.Length: > 0, DeviceExclude.Text.Length: > 0 })
        {
            context.Error(
                "netdev", "cannot choose devices of netdev: device_exclude and device_include are mutually exclusive", "give one of the two");
        }
        if (enabled.Contains("ipvs") && options.Ipvs.BackendLabels.FirstOrDefault(static label => !BackendLabels.Contains(label)) is { } unknown)
        {
            context.Error("ipvs", $"cannot label backends of ipvs: unknown label \"{unknown}\"", "use " + string.Join(", ", BackendLabels));
        }
    }

    /// <summary>Alloy passes over names that it does not know; so do we, but not in silence.</summary>
    private static void CheckNames(string argument, ValueList<string> names, ValidationContext context)
    {
        foreach (string name in names)
        {
            if (!Elsewhere.Contains(name) && !CollectorCatalog.All.Any(entry => entry.Name == name))
            {
                string? near = NearestName.Find(name, CollectorCatalog.All.Select(static entry => entry.Name));
                context.Warn(
                    argument, $"there is no collector \"{name}\" in this build: it is passed over", near is null ? null : $"did you mean {near}?");
            }
        }
    }
}
