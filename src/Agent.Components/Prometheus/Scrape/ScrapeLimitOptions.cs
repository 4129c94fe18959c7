using Agent.Sdk;
using Agent.Sdk.Declarations;
using Agent.Sdk.Decoding;

namespace Agent.Components.Prometheus.Scrape;

/// <summary>What a scrape may bring; one that brings more fails as a whole. 0 is no limit.</summary>
public sealed record ScrapeLimitOptions : IValidated
{
    /// <summary>
    /// Bytes of an answer that nobody limited. A few kilobytes of gzip can unpack to gigabytes, and an agent must outlive that.
    /// </summary>
    internal const long LargestBody = 256 << 20;

    /// <summary>Bytes of an answer after decompression; 0 allows 256 MiB.</summary>
    public ByteSize BodySizeLimit { get; init; }

    /// <summary>Samples of one scrape.</summary>
    public ulong SampleLimit { get; init; }

    /// <summary>Targets; with more of them all scrapes fail.</summary>
    public ulong TargetLimit { get; init; }

    /// <summary>Labels of a series.</summary>
    public ulong LabelLimit { get; init; }

    /// <summary>Bytes of a label's name.</summary>
    public ulong LabelNameLengthLimit { get; init; }

    /// <summary>Bytes of a label's value.</summary>
    public ulong LabelValueLengthLimit { get; init; }

    internal long Body => BodySizeLimit.Bytes > 0 ? Math.Min(BodySizeLimit.Bytes, Array.MaxLength) : LargestBody;

    /// <summary>A limit as a number to compare with; the largest where there is none.</summary>
    internal static int Of(ulong limit) => limit is 0 or > int.MaxValue ? int.MaxValue : (int)limit;

    public void Validate(ValidationContext context)
    {
        if (BodySizeLimit.Bytes < 0)
        {
            context.Error("body_size_limit", "cannot limit answers to less than nothing: body_size_limit must not be negative");
        }
    }
}
