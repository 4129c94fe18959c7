using Agent.Conversion.Promtail;
using Agent.Conversion.Yaml;
using Agent.Syntax;

namespace Agent.Conversion.Static;

/// <summary>Converts the instances of the section <c>logs</c>.</summary>
internal static class StaticLogs
{
    public static void Append(YamlMap logs, StaticContext context)
    {
        YamlMap global = logs.MapOrEmpty("global", "logs.plain");
        // Not used where all instances have their own.
        global.Expect("clients");
        FileWatch watch = FileWatch.Read(global);
        string folder = logs.Text("positions_directory");
        var names = new HashSet<string>(StringComparer.Ordinal);
        var files = new Dictionary<string, string>(StringComparer.Ordinal);
        IReadOnlyList<YamlMap> instances = logs.Maps("configs", "logs.instanceConfig");
        for (int i = 0; i < instances.Count; i++)
        {
            YamlMap instance = instances[i];
            string name = instance.Text("name");
            YamlMap positions = instance.MapOrEmpty("positions", "positions.Config");
            positions.Expect("sync_period", "ignore_invalid_yaml");
            string file = positions.Text("filename", $"{folder.TrimEnd('/')}/{name}.yml");
            if (Mistake(i, name, !names.Add(name), positions.Has("filename") || folder.Length > 0) is { } mistake)
            {
                logs.Problems.Invalid(instance.Node, "error in config file: " + mistake);
            }
            else if (!files.TryAdd(file, name))
            {
                logs.Problems.Invalid(
                    instance.Node, $"error in config file: loki configs {files[file]} and {name} must have different positions file paths");
            }
            AppendInstance(instance, global, context, new LogSettings
            {
                LabelPrefix = IdentifierText.Sanitize("logs_" + name),
                PositionsFile = file,
                SyncPeriod = instance.MapOrEmpty("target_config", "file.Config").Duration("sync_period", TimeSpan.FromSeconds(10)),
                Watch = watch,
                Limits = LineLimits.Read(instance.MapOrEmpty("limits_config", "limit.Config")),
            });
        }
    }

    private static void AppendInstance(YamlMap instance, YamlMap global, StaticContext context, LogSettings settings)
    {
        YamlMap holder = instance.Items("clients").Count > 0 ? instance : global;
        PromtailConverter.ValidateLimits(settings.Limits, context.Findings);
        PromtailConverter.ValidateTarget(instance.MapOrEmpty("target_config", "file.Config"), context.Findings);
        PromtailConverter.Append(instance, holder.Maps("clients", "client.raw"), settings, context.File, context.Findings);
    }

    private static string? Mistake(int index, string name, bool repeated, bool hasPositions)
    {
        if (name.Length == 0)
        {
            return $"loki config index {index} must have a name";
        }
        if (repeated)
        {
            return $"found two Loki configs with name {name}";
        }
        return hasPositions ? null : $"cannot generate Loki positions file path for {name} because positions_directory is not configured";
    }
}
