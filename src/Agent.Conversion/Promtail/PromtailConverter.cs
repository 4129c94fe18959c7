using Agent.Conversion.Blocks;
using Agent.Conversion.Diagnostics;
using Agent.Conversion.Shared;
using Agent.Conversion.Yaml;

namespace Agent.Conversion.Promtail;

/// <summary>Converts configurations of promtail.</summary>
internal static class PromtailConverter
{
    public static void Convert(YamlMap root, AlloyFile file, Findings findings, Func<string, string?> environment)
    {
        root.Expect("options");
        YamlMap positions = root.MapOrEmpty("positions", "positions.Config");
        positions.Expect("sync_period", "ignore_invalid_yaml");
        YamlMap target = root.MapOrEmpty("target_config", "file.Config");
        var settings = new LogSettings
        {
            PositionsFile = positions.Text("filename", "/var/log/positions.yaml"),
            SyncPeriod = target.Duration("sync_period", TimeSpan.FromSeconds(10)),
            Watch = FileWatch.Read(root.MapOrEmpty("global", "config.GlobalConfig")),
            Limits = LineLimits.Read(root.MapOrEmpty("limits_config", "limit.Config")),
        };
        Validate(root, target, settings.Limits, findings);
        Append(root, Clients(root), settings, file, findings);
    }

    /// <summary>Adds the components of all scrape configs, then those that write.</summary>
    public static void Append(YamlMap from, IReadOnlyList<YamlMap> clients, LogSettings settings, AlloyFile file, Findings findings)
    {
        string label = settings.LabelPrefix.Length > 0 ? settings.LabelPrefix : "default";
        var writes = new List<AlloyBlock>();
        foreach (YamlMap client in clients)
        {
            writes.Add(LokiWriteBlock.Create(client, ComponentLabel.Numbered(writes.Count, label), settings.Limits.MaxStreams));
        }
        string receivers = AlloyText.List(writes.Select(static write => write.Reference + ".receiver"));
        var names = new HashSet<string>(StringComparer.Ordinal);
        foreach (YamlMap scrape in from.Maps("scrape_configs", "scrapeconfig.plain"))
        {
            string name = scrape.Text("job_name");
            if (name.Length == 0)
            {
                scrape.Problems.Invalid(scrape.Node, "job_name is empty");
            }
            else if (!names.Add(name))
            {
                scrape.Problems.Invalid(scrape.Node, $"found multiple scrape configs with job name \"{name}\"");
            }
            new LogScrape(scrape, settings, receivers, new LogOutput(file, findings)).Append();
        }
        writes.ForEach(file.Add);
    }

    /// <summary>Tells how limits change their meaning.</summary>
    public static void ValidateLimits(LineLimits limits, Findings findings)
    {
        if (limits.RateEnabled)
        {
            findings.Warning(
                "limits_config rate limiting settings (readline_rate, readline_burst, readline_rate_drop) have been converted to stage.limit "
                + "stages in each loki.process component. Unlike Promtail's global rate limiter, these limits apply independently per pipeline "
                + "rather than across all pipelines combined.");
        }
    }

    /// <summary>Finds a source that only a program of its own can have.</summary>
    public static void ValidateTarget(YamlMap target, Findings findings)
    {
        if (target.Flag("stdin"))
        {
            findings.Error("reading targets from stdin is not supported in Alloy configuration file");
        }
    }

    private static List<YamlMap> Clients(YamlMap root)
    {
        List<YamlMap> clients = [.. root.Maps("clients", "client.raw")];
        // The only client of old configurations.
        if (root.Map("client", "client.raw") is { } single)
        {
            if (single.Has("url"))
            {
                clients.Add(single);
            }
            else
            {
                single.ExpectAll();
            }
        }
        return clients;
    }

    private static void Validate(YamlMap root, YamlMap target, LineLimits limits, Findings findings)
    {
        YamlMap server = root.MapOrEmpty("server", "server.Config");
        ServerSettings.Expect(server);
        YamlMap wal = root.MapOrEmpty("wal", "wal.plain");
        wal.Expect("dir", "cleanSegmentsOlderThan", "watchConfig");
        if (wal.Flag("enabled"))
        {
            findings.Error("Promtail's WAL is currently not supported in Alloy");
        }
        ValidateLimits(limits, findings);
        if (root.MapOrEmpty("tracing", "tracing.Config").Flag("enabled", true))
        {
            findings.Warning(
                "If you have a tracing set up for Promtail, it cannot be migrated to Alloy automatically. "
                + "Refer to the documentation on how to configure tracing in Alloy.");
        }
        ValidateTarget(target, findings);
        ValidateServer(server, findings);
    }

    private static void ValidateServer(YamlMap server, Findings findings)
    {
        if (server.Flag("profiling_enabled"))
        {
            findings.Warning("server.profiling_enabled is not supported - use Alloy's main HTTP server's profiling endpoints instead");
        }
        if (server.Flag("register_instrumentation", true))
        {
            findings.Warning(
                "Alloy's metrics are different from the metrics emitted by Promtail. If you rely on Promtail's metrics, you must change your "
                + "configuration, for example, your alerts and dashboards.");
        }
        findings.Discouraged(
            server.Text("log_level", "info") != "info", "server.log_level",
            "The equivalent feature in Alloy is to use the logging config block to set the level argument.");
        if (server.Text("http_path_prefix").Length > 0)
        {
            findings.Error("server.http_path_prefix is not supported");
        }
        if (!server.Flag("health_check_target", true))
        {
            findings.Warning("server.health_check_target disabling is not supported in Alloy");
        }
    }
}
