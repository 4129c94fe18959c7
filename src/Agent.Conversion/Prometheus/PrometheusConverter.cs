using Agent.Conversion.Blocks;
using Agent.Conversion.Diagnostics;
using Agent.Conversion.Yaml;

namespace Agent.Conversion.Prometheus;

/// <summary>Converts configurations of Prometheus.</summary>
internal static class PrometheusConverter
{
    public static void Convert(YamlMap root, AlloyFile file, Findings findings, Func<string, string?> environment)
    {
        root.Expect("runtime", "otlp");
        var global = new GlobalSettings(root.MapOrEmpty("global", "config.plain"));
        global.ExpandLabels(environment);
        IReadOnlyList<YamlMap> writes = RemoteWriteBlock.Read(root);
        IReadOnlyList<ScrapeJob> jobs = ScrapeJob.ReadAll(root, global);

        var pipeline = new MetricsPipeline();
        string receiver = pipeline.AddRemoteWrite(
            global.ExternalLabels, [.. writes.Select(static write => new RemoteWriteSection(write, write.Text("name")))], "default");
        foreach (ScrapeJob job in jobs)
        {
            pipeline.AddJob(job, job.Name, receiver);
        }
        MetricsValidation.Global(global, findings);
        MetricsValidation.Alerting(root, findings);
        MetricsValidation.Jobs(jobs, findings);
        MetricsValidation.Storage(root, findings);
        MetricsValidation.RemoteWrites(writes, findings);
        MetricsValidation.Reading(root, findings);
        pipeline.Blocks.Describe(findings);
        pipeline.Blocks.AddTo(file);
    }
}
