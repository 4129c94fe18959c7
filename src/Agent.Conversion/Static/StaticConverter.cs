using System.Text;
using Agent.Conversion.Blocks;
using Agent.Conversion.Diagnostics;
using Agent.Conversion.Prometheus;
using Agent.Conversion.Static.Integrations;
using Agent.Conversion.Yaml;

namespace Agent.Conversion.Static;

/// <summary>Converts configurations of Grafana Agent in static mode.</summary>
internal static class StaticConverter
{
    private const string Reading = "error loading config file convert: ";

    public static ConversionResult Convert(ConversionRequest request, Findings findings)
    {
        (StaticArguments? arguments, string? error) = StaticArguments.Parse(request.ExtraArguments);
        if (arguments is null)
        {
            return Failure(error!);
        }
        ReadOnlySpan<byte> source = request.Source.Span;
        if (arguments.ExpandEnvironment)
        {
            (string? text, error) = EnvironmentExpansion.Expand(Encoding.UTF8.GetString(source), request.Environment);
            if (text is null)
            {
                return Failure($"{Reading}unable to substitute config with environment variables: {error}");
            }
            source = Encoding.UTF8.GetBytes(text);
        }
        return ConfigurationConverter.Run(source, "Static", findings, (root, file, _) => Convert(root, file, findings, arguments));
    }

    private static void Convert(YamlMap root, AlloyFile file, Findings findings, StaticArguments arguments)
    {
        YamlMap metrics = Section(root, "metrics", "prometheus", "metrics.Config");
        YamlMap logs = Section(root, "logs", "loki", "logs.Config");
        YamlMap traces = Section(root, "traces", "tempo", "traces.Config");
        YamlMap server = root.MapOrEmpty("server", "server.Config");
        var global = new GlobalSettings(metrics.MapOrEmpty("global", "instance.GlobalConfig"));
        var context = new StaticContext(file, findings, metrics, global);

        StaticMetrics.Append(context);
        StaticLogs.Append(logs, context);
        StaticServer.Append(server, file);
        YamlMap integrations = root.MapOrEmpty("integrations", "integrations.ManagerConfig");
        IReadOnlyList<Integration> found = arguments.IntegrationsNext
            ? IntegrationsNext.Append(integrations, context)
            : IntegrationsManager.Append(integrations, context);
        StaticTraces.Append(traces, context);

        findings.Warning(
            "Please review your agent command line flags and ensure they are set in your Alloy config file where necessary.");
        StaticServer.Validate(server, findings);
        StaticMetrics.Validate(metrics, findings);
        IntegrationFindings.Add(found, findings);
        findings.Unsupported(root.Get("agent_management") is { Fields.Count: > 0 }, "agent_management");
    }

    /// <summary>A section that had another name before.</summary>
    private static YamlMap Section(YamlMap root, string name, string formerName, string type)
    {
        if (root.Has(name) && root.Has(formerName))
        {
            root.Problems.Invalid(root.Node, $"at most one of {formerName} and {name} should be specified");
        }
        return root.MapOrEmpty(root.Has(formerName) ? formerName : name, type);
    }

    private static ConversionResult Failure(string error) =>
        new(null, [new ConversionDiagnostic(ConversionSeverity.Critical, $"failed to parse Static config: {error}")]);
}

/// <summary>What all sections need.</summary>
internal sealed record StaticContext(AlloyFile File, Findings Findings, YamlMap Metrics, GlobalSettings Global);
