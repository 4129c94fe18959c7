using Agent.Conversion.Prometheus;
using Agent.Conversion.Shared;
using Agent.Conversion.Yaml;
using Agent.Syntax;

namespace Agent.Conversion.Static.Integrations;

/// <summary>Converts the next integrations: several of a kind, each scraped into a named instance of metrics.</summary>
internal sealed class IntegrationsNext
{
    private readonly StaticContext _context;
    private readonly YamlMap _autoscrape;
    private readonly HashSet<string> _instances;

    private IntegrationsNext(YamlMap from, StaticContext context)
    {
        _context = context;
        _autoscrape = from.MapOrEmpty("metrics", "integrations.MetricsSubsystemOptions").MapOrEmpty("autoscrape", "autoscrape.global");
        _autoscrape.Expect("enable");
        _instances = [.. context.Metrics.Maps("configs", "instance.plain").Select(static instance => instance.Text("name"))];
    }

    /// <returns>All integrations found.</returns>
    public static IReadOnlyList<Integration> Append(YamlMap from, StaticContext context)
    {
        var next = new IntegrationsNext(from, context);
        var found = new List<Integration>();
        foreach (IntegrationKind kind in IntegrationKinds.All)
        {
            IEnumerable<YamlMap> sections = kind.IsSingle
                ? (from.Map(kind.NextKey, kind.Name + ".Config") is { } single ? [single] : [])
                : from.Maps(kind.NextKey, kind.Name + ".Config");
            foreach (YamlMap section in sections)
            {
                found.Add(new Integration(kind.Component is null && kind.Name != "vsphere" ? kind.Name : kind.NextName, true, kind));
                next.Append(kind, section);
            }
        }
        return found;
    }

    private void Append(IntegrationKind kind, YamlMap section)
    {
        switch (kind.Component)
        {
            case null:
                section.ExpectAll();
                break;
            case "" when kind.Name == "eventhandler":
                EventHandlerIntegration.Append(section, _context);
                break;
            case "":
                AppReceiverIntegration.Append(section, _context);
                break;
            default:
                AppendExporter(kind, section);
                break;
        }
    }

    private void AppendExporter(IntegrationKind kind, YamlMap section)
    {
        string? instance = section.TextOrNull("instance");
        YamlMap autoscrape = section.MapOrEmpty("autoscrape", "autoscrape.Config");
        autoscrape.Expect("enable");
        string targets = IntegrationScrape.AddExporter(kind, section, instance, _context);
        string metrics = autoscrape.Text("metrics_instance", _autoscrape.Text("metrics_instance", "default"));
        if (!_instances.Contains(metrics))
        {
            _context.Findings.Critical($"integration {kind.NextName} is looking for an undefined metrics config: {metrics}");
        }
        var job = new ScrapeJob
        {
            Name = IntegrationScrape.JobName(kind.NextName, instance),
            From = IntegrationScrape.Section(section, "no TLS settings"),
            Interval = Setting(autoscrape, "scrape_interval", _context.Global.ScrapeInterval),
            Timeout = Setting(autoscrape, "scrape_timeout", _context.Global.ScrapeTimeout),
            Global = _context.Global,
            Rules = IntegrationScrape.Rules(
                RelabelRules.Read(autoscrape, "relabel_configs"), section.TextMap("extra_labels"), instance, kind.NextName),
            MetricRules = RelabelRules.Read(autoscrape, "metric_relabel_configs"),
            ExtraTargets = [targets],
        };
        var pipeline = new MetricsPipeline();
        pipeline.AddJob(
            job, IntegrationScrape.LabelOf(job.Name), $"prometheus.remote_write.{IdentifierText.Sanitize("metrics_" + metrics)}.receiver");
        IntegrationScrape.Finish(pipeline, job, _context);
    }

    private TimeSpan Setting(YamlMap own, string name, TimeSpan fallback)
    {
        TimeSpan value = own.PrometheusDuration(name, TimeSpan.Zero);
        value = value == TimeSpan.Zero ? _autoscrape.PrometheusDuration(name, TimeSpan.Zero) : value;
        return value == TimeSpan.Zero ? fallback : value;
    }
}
