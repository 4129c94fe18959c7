namespace Agent.Wire.RemoteWrite;

/// <summary>
/// Field numbers of remote write: prometheus.WriteRequest (version 1, prompb/remote.proto and types.proto of prometheus/prometheus) and
/// io.prometheus.write.v2.Request (version 2, prompb/io/prometheus/write/v2/types.proto).
/// </summary>
/// <remarks>Histograms have the same numbers in both; only version 2 has starts. Unknown fields are passed over.</remarks>
internal static class WriteFields
{
    public const int V1Series = 1;
    public const int V1Metadata = 3;
    public const int V1Labels = 1;
    public const int V1Samples = 2;
    public const int V1Exemplars = 3;
    public const int V1Histograms = 4;
    public const int V1MetadataType = 1;
    public const int V1MetadataFamily = 2;
    public const int V1MetadataHelp = 4;
    public const int V1MetadataUnit = 5;

    public const int V2Symbols = 4;
    public const int V2Series = 5;
    public const int V2LabelRefs = 1;
    public const int V2Samples = 2;
    public const int V2Histograms = 3;
    public const int V2Exemplars = 4;
    public const int V2Metadata = 5;
    public const int V2MetadataType = 1;
    public const int V2MetadataHelp = 3;
    public const int V2MetadataUnit = 4;

    public const int Value = 1;
    public const int Timestamp = 2;
    public const int SampleStart = 3;

    public const int ExemplarLabels = 1;
    public const int ExemplarValue = 2;
    public const int ExemplarTimestamp = 3;

    public const int CountInt = 1;
    public const int CountFloat = 2;
    public const int Sum = 3;
    public const int Schema = 4;
    public const int ZeroThreshold = 5;
    public const int ZeroCountInt = 6;
    public const int ZeroCountFloat = 7;
    public const int NegativeSpans = 8;
    public const int NegativeDeltas = 9;
    public const int NegativeCounts = 10;
    public const int PositiveSpans = 11;
    public const int PositiveDeltas = 12;
    public const int PositiveCounts = 13;
    public const int ResetHint = 14;
    public const int HistogramTimestamp = 15;
    public const int CustomValues = 16;
    public const int HistogramStart = 17;

    public const int SpanOffset = 1;
    public const int SpanLength = 2;
}
