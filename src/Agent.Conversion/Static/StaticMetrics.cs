using Agent.Conversion.Diagnostics;
using Agent.Conversion.Prometheus;
using Agent.Conversion.Yaml;
using Agent.Syntax;

namespace Agent.Conversion.Static;

/// <summary>Converts the instances of the section <c>metrics</c>.</summary>
internal static class StaticMetrics
{
    public static void Append(StaticContext context)
    {
        context.Metrics.Expect(
            "wal_directory", "wal_cleanup_age", "wal_cleanup_period", "scraping_service", "scraping_service_client", "instance_restart_backoff",
            "instance_mode", "http_disable_keepalives", "http_idle_conn_timeout");
        // Not used where all instances have their own.
        context.Global.From.Expect("remote_write");
        IReadOnlyList<YamlMap> instances = context.Metrics.Maps("configs", "instance.plain");
        var names = new HashSet<string>(StringComparer.Ordinal);
        for (int i = 0; i < instances.Count; i++)
        {
            string name = instances[i].Text("name");
            if (name.Length == 0 || !names.Add(name))
            {
                string cause = name.Length == 0
                    ? $"error validating instance at index {i}: missing instance name"
                    : $"prometheus instance names must be unique. found multiple instances with name {name}";
                context.Metrics.Problems.Invalid(instances[i].Node, "error in config file: " + cause);
            }
            AppendInstance(instances[i], name, context);
        }
    }

    public static void Validate(YamlMap metrics, Findings findings)
    {
        findings.Unsupported(metrics.Duration("wal_cleanup_age", TimeSpan.FromHours(12)) != TimeSpan.FromHours(12), "wal_cleanup_age metrics");
        findings.Unsupported(
            metrics.Duration("wal_cleanup_period", TimeSpan.FromMinutes(30)) != TimeSpan.FromMinutes(30), "wal_cleanup_period metrics");
        findings.Unsupported(metrics.Get("scraping_service") is { Fields.Count: > 0 }, "scraping_service metrics");
        findings.Unsupported(metrics.Get("scraping_service_client") is { Fields.Count: > 0 }, "scraping_service_client metrics");
        findings.Unsupported(
            metrics.Duration("instance_restart_backoff", TimeSpan.FromSeconds(5)) != TimeSpan.FromSeconds(5), "instance_restart_backoff metrics");
        findings.Unsupported(metrics.Text("instance_mode", "shared") != "shared", "instance_mode metrics");
        findings.Unsupported(metrics.Flag("http_disable_keepalives"), "http_disable_keepalives metrics");
        findings.Unsupported(
            metrics.Duration("http_idle_conn_timeout", TimeSpan.Zero) != TimeSpan.Zero, "http_idle_conn_timeout metrics");
        findings.Discouraged(
            metrics.Text("wal_directory", "data-agent/") != "data-agent/", "metrics wal_directory",
            "Use the run command flag --storage.path instead.");
    }

    private static void AppendInstance(YamlMap instance, string name, StaticContext context)
    {
        instance.Expect(
            "host_filter_relabel_configs", "wal_truncate_frequency", "min_wal_time", "max_wal_time", "remote_flush_deadline", "write_stale_on_shutdown");
        context.Findings.Unsupported(
            instance.Flag("host_filter"), "metrics host_filter", "keep targets of this host with a rule of a discovery.relabel component.");
        YamlMap holder = instance.Items("remote_write").Count > 0 ? instance : context.Global.From;
        IReadOnlyList<YamlMap> writes = RemoteWriteBlock.Read(holder);
        IReadOnlyList<ScrapeJob> jobs = ScrapeJob.ReadAll(instance, context.Global);

        string prefix = "metrics_" + name;
        var pipeline = new MetricsPipeline();
        string receiver = pipeline.AddRemoteWrite(
            context.Global.ExternalLabels, [.. writes.Select(write => RemoteWriteName.Section(write, name))], IdentifierText.Sanitize(prefix));
        foreach (ScrapeJob job in jobs)
        {
            pipeline.AddJob(job, $"{prefix}_{job.Name}", receiver);
        }
        MetricsValidation.Global(context.Global, context.Findings);
        MetricsValidation.Jobs(jobs, context.Findings);
        MetricsValidation.RemoteWrites(writes, context.Findings);
        pipeline.Blocks.Describe(context.Findings);
        pipeline.Blocks.AddTo(context.File);
    }
}
