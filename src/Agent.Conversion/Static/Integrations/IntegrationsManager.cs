using Agent.Conversion.Prometheus;
using Agent.Conversion.Shared;
using Agent.Conversion.Yaml;

namespace Agent.Conversion.Static.Integrations;

/// <summary>Converts integrations as they have always been: one of each kind, scraped into an instance of their own.</summary>
internal sealed class IntegrationsManager
{
    private static readonly string[] Common =
    [
        "enabled", "instance", "scrape_integration", "scrape_interval", "scrape_timeout", "relabel_configs", "metric_relabel_configs",
        "wal_truncate_frequency",
    ];

    private readonly YamlMap _from;
    private readonly StaticContext _context;
    private IReadOnlyList<YamlMap>? _writes;

    private IntegrationsManager(YamlMap from, StaticContext context)
    {
        _from = from;
        _context = context;
        from.Expect("integration_restart_backoff", "replace_instance_label", "use_hostname_label", "http_tls_config", "prometheus_remote_write");
    }

    /// <returns>All integrations found.</returns>
    public static IReadOnlyList<Integration> Append(YamlMap from, StaticContext context)
    {
        var manager = new IntegrationsManager(from, context);
        context.Findings.Unsupported(from.Fields("labels").Count > 0, "integrations labels", "set external_labels of a remote_write component.");
        var found = new List<Integration>();
        foreach (IntegrationKind kind in IntegrationKinds.Former)
        {
            if (from.Map(kind.Name, kind.Name + ".Config") is { } section)
            {
                bool enabled = section.Flag("enabled");
                found.Add(new Integration(kind.Name, enabled, kind));
                if (!enabled || kind.Component is null)
                {
                    section.ExpectAll();
                }
                else
                {
                    manager.Append(kind, section);
                }
            }
        }
        return found;
    }

    private void Append(IntegrationKind kind, YamlMap section)
    {
        section.Expect(Common);
        if (!section.Flag("scrape_integration", _from.Flag("scrape_integrations", true)))
        {
            section.ExpectAll();
            _context.Findings.Critical(
                $"The converter does not support handling integrations which are not being scraped: {kind.Name}.");
            return;
        }
        string targets = IntegrationScrape.AddExporter(kind, section, null, _context);
        ScrapeJob job = Job(kind.Name, section, targets);
        var pipeline = new MetricsPipeline();
        string receiver = $"prometheus.remote_write.{IntegrationScrape.Prefix}.receiver";
        // All integrations share the one that the first adds.
        if (_writes is null)
        {
            bool own = _from.Items("prometheus_remote_write").Count > 0;
            _writes = own ? RemoteWriteBlock.Read(_from, "prometheus_remote_write") : RemoteWriteBlock.Read(_context.Global.From);
            pipeline.AddRemoteWrite(
                _context.Global.ExternalLabels, [.. _writes.Select(static write => new RemoteWriteSection(write, write.Text("name")))],
                IntegrationScrape.Prefix);
        }
        if (_writes.Count == 0)
        {
            _context.Findings.Critical("The converter does not support handling integrations which are not connected to a remote_write.");
        }
        pipeline.AddJob(job, IntegrationScrape.LabelOf(job.Name), receiver);
        IntegrationScrape.Finish(pipeline, job, _context);
    }

    private ScrapeJob Job(string name, YamlMap section, string targets)
    {
        TimeSpan interval = section.Duration("scrape_interval", TimeSpan.Zero);
        TimeSpan timeout = section.Duration("scrape_timeout", TimeSpan.Zero);
        return new ScrapeJob
        {
            Name = IntegrationScrape.JobName(name, null),
            From = IntegrationScrape.Section(_from, "http_tls_config"),
            Interval = interval == TimeSpan.Zero ? _context.Global.ScrapeInterval : interval,
            Timeout = timeout == TimeSpan.Zero ? _context.Global.ScrapeTimeout : timeout,
            Global = _context.Global,
            Rules = IntegrationScrape.Rules(RelabelRules.Read(section, "relabel_configs"), [], section.TextOrNull("instance"), name),
            MetricRules = RelabelRules.Read(section, "metric_relabel_configs"),
            ExtraTargets = [targets],
        };
    }
}
