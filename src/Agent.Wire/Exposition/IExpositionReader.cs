using Agent.Telemetry.Metrics;

namespace Agent.Wire.Exposition;

/// <summary>Reads what a target exposes, entry by entry, in the order sent: one implementation a format.</summary>
/// <remarks>
/// A scraper is written once, as a method over <c>TReader : IExpositionReader, allows ref struct</c>. Per series it looks
/// <see cref="Series"/> up in a <see cref="SeriesTextMap{TValue}"/>, whose guess it passes to <see cref="Next(ReadOnlySpan{byte})"/>; only a series it does not know costs <see cref="TryReadLabels"/>.
/// Spans live until the next call of <see cref="Next()"/>. No reader throws for any input or reads outside it.
/// </remarks>
public interface IExpositionReader
{
    ExpositionEntry Entry { get; }

    /// <summary>Under <see cref="ExpositionEntry.Help"/>, <see cref="ExpositionEntry.Type"/> and <see cref="ExpositionEntry.Unit"/>: the family's name.</summary>
    ReadOnlySpan<byte> Family { get; }

    /// <summary>Help (escapes resolved), unit or comment.</summary>
    ReadOnlySpan<byte> Text { get; }

    /// <summary>The type in force: the one of the last <see cref="ExpositionEntry.Type"/>.</summary>
    MetricType Type { get; }

    /// <summary>Bytes that name the series, the same in every scrape: the text as written, in protobuf an equivalent.</summary>
    /// <remarks>Not checked yet: a series never seen before must pass <see cref="TryReadLabels"/>.</remarks>
    ReadOnlySpan<byte> Series { get; }

    /// <summary>The sample; in the text formats any NaN is <see cref="StaleMarker.Nan"/>.</summary>
    double Value { get; }

    bool HasTimestamp { get; }

    /// <summary>Milliseconds since the Unix epoch, where <see cref="HasTimestamp"/> says that the target gave a time.</summary>
    long Timestamp { get; }

    /// <summary>Under <see cref="ExpositionEntry.Histogram"/>; lives until the next call of <see cref="Next()"/>.</summary>
    HistogramView Histogram { get; }

    /// <summary>Why reading stopped; null at a good end.</summary>
    ExpositionError? Error { get; }

    /// <summary>Moves on. False at the end, and on failure, which <see cref="Error"/> tells.</summary>
    bool Next();

    /// <summary>As <see cref="Next()"/>, and quicker where the next entry is the series expected.</summary>
    /// <param name="expected">
    /// Text of a series that was read before (<see cref="SeriesTextMap{TValue}.Expected"/>), or nothing. A wrong guess changes no result.
    /// </param>
    bool Next(scoped ReadOnlySpan<byte> expected);

    /// <summary>
    /// Replaces the content by the labels of the series, sorted by name, <c>__name__</c> included, with the values of <c>le</c> and <c>quantile</c>
    /// as OpenMetrics writes them. False, with <see cref="Error"/> set, where the series cannot be read: this ends the scrape.
    /// </summary>
    bool TryReadLabels(SeriesLabels labels);

    /// <summary>The next exemplar of the current series, false where there is none left.</summary>
    bool TryReadExemplar(ExemplarBuffer exemplar);

    /// <summary>When the current series began to count, in milliseconds since the Unix epoch; 0 where unknown.</summary>
    long ReadStartTimestamp();
}
