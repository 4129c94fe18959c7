namespace Agent.Components.Prometheus.Scrape;

/// <summary>How labels of series come about and what they may be. Equal rules give equal labels, so that what is cached stays right.</summary>
internal sealed record LabelRules
{
    public LabelRules(PrometheusScrape.Arguments arguments)
    {
        HonorLabels = arguments.HonorLabels;
        IsLegacy = arguments.Format.MetricNameValidationScheme == NameValidation.Legacy;
        WithTypeAndUnit = arguments.EnableTypeAndUnitLabels;
        Labels = ScrapeLimitOptions.Of(arguments.Limits.LabelLimit);
        NameLength = ScrapeLimitOptions.Of(arguments.Limits.LabelNameLengthLimit);
        ValueLength = ScrapeLimitOptions.Of(arguments.Limits.LabelValueLengthLimit);
    }

    public bool HonorLabels { get; }

    /// <summary>Names consist of letters, digits and underscores, metric names also of colons.</summary>
    public bool IsLegacy { get; }

    public bool WithTypeAndUnit { get; }

    public int Labels { get; }

    public int NameLength { get; }

    public int ValueLength { get; }
}
