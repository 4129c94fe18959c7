using Agent.Components.Common.Yaml;
using YamlDotNet.Core;

namespace Agent.Components.Prometheus.ExporterBlackbox.Modules;

/// <summary>A whole blackbox configuration: modules by name.</summary>
internal sealed class ModuleSet(Dictionary<string, ProbeModule> modules)
{
    public const string DefaultModule = "http_2xx";

    public IEnumerable<ProbeModule> Modules => modules.Values;

    public ProbeModule? Find(string name) => modules.GetValueOrDefault(name);

    /// <summary>Reads a configuration; the error is worded as Go's YAML decoder words it, with the line of each finding.</summary>
    /// <returns>Null where something is wrong.</returns>
    public static ModuleSet? Parse(string text, out string error)
    {
        var modules = new Dictionary<string, ProbeModule>(StringComparer.Ordinal);
        var problems = new List<string>();
        try
        {
            if (YamlTree.Parse(text) is { IsNull: false } root)
            {
                YamlFields.Read(root, "config.plain", problems, fields =>
                {
                    foreach ((string name, ProbeModule? module) in fields.Entries(
                        "modules", "map[string]config.Module", node => fields.Read(node, "config.plain", ModuleReader.Read)))
                    {
                        if (module is not null)
                        {
                            modules[name] = module with { Name = name };
                        }
                    }
                    return true;
                });
            }
        }
        catch (YamlException exception)
        {
            // Where the text ends too early, the parser names the line behind its end.
            long lines = text.AsSpan().TrimEnd("\r\n").Count('\n') + 1;
            error = $"yaml: line {Math.Min(exception.Start.Line, lines)}: {Cause(exception.Message)}";
            return null;
        }
        error = problems.Count == 0 ? "" : "yaml: unmarshal errors:\n  " + string.Join("\n  ", problems);
        return problems.Count == 0 ? new ModuleSet(modules) : null;
    }

    // "While parsing a flow mapping, did not find expected ',' or '}'.": Go gives the second half alone.
    private static string Cause(string message)
    {
        string text = message.TrimEnd('.');
        int comma = text.StartsWith("While ", StringComparison.Ordinal) ? text.IndexOf(',', StringComparison.Ordinal) : -1;
        text = text[(comma + 1)..].TrimStart();
        return text.Length > 0 ? char.ToLowerInvariant(text[0]) + text[1..] : message;
    }
}
