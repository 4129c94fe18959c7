using Agent.Conversion.Yaml;

namespace Agent.Conversion.Promtail;

/// <summary>What holds for all scrape configs of logs.</summary>
internal sealed record LogSettings
{
    /// <summary>Put in front of labels; empty for none.</summary>
    public string LabelPrefix { get; init; } = "";

    public required string PositionsFile { get; init; }

    public TimeSpan SyncPeriod { get; init; } = TimeSpan.FromSeconds(10);

    public required FileWatch Watch { get; init; }

    public required LineLimits Limits { get; init; }
}

/// <summary>How often files are looked at.</summary>
internal sealed record FileWatch(TimeSpan Least, TimeSpan Most)
{
    public static readonly TimeSpan Usual = TimeSpan.FromMilliseconds(250);

    /// <summary>Reads <c>file_watch_config</c> of a global section.</summary>
    public static FileWatch Read(YamlMap global)
    {
        YamlMap from = global.MapOrEmpty("file_watch_config", "file.WatchConfig");
        return new FileWatch(from.Duration("min_poll_frequency", Usual), from.Duration("max_poll_frequency", Usual));
    }
}

/// <summary>The section <c>limits_config</c>.</summary>
internal sealed record LineLimits
{
    public bool RateEnabled { get; init; }

    public double Rate { get; init; } = 10_000;

    public long Burst { get; init; } = 10_000;

    public bool RateDrop { get; init; } = true;

    public long MaxStreams { get; init; }

    /// <summary>Bytes; 0 for no limit.</summary>
    public long MaxLineSize { get; init; }

    public bool Truncate { get; init; }

    /// <summary>True where lines pass through a stage because of the limits.</summary>
    public bool HasStages => RateEnabled || MaxLineSize > 0;

    public static LineLimits Read(YamlMap from)
    {
        long size = 0;
        if (from.Get("max_line_size") is { } node && !ByteCount.TryParse(node.Text, out size, out string? error))
        {
            from.Problems.Invalid(node, error);
        }
        return new LineLimits
        {
            RateEnabled = from.Flag("readline_rate_enabled"),
            Rate = from.Float("readline_rate", 10_000),
            Burst = from.Number("readline_burst", 10_000),
            RateDrop = from.Flag("readline_rate_drop", true),
            MaxStreams = from.Number("max_streams"),
            MaxLineSize = size,
            Truncate = from.Flag("max_line_size_truncate"),
        };
    }
}
