using System.Globalization;
using System.Text.Json;
using Agent.Telemetry.Metrics;

namespace Agent.Wire.Tests.RemoteWrite;

/// <summary>A native histogram as the golden data of remote write gives it.</summary>
internal static class GoldenHistogram
{
    public static HistogramBuffer Read(JsonElement golden)
    {
        bool isFloat = golden.GetProperty("float").GetBoolean();
        var histogram = new HistogramBuffer
        {
            Head = new HistogramHead
            {
                IsFloat = isFloat,
                CounterReset = (CounterReset)golden.GetProperty("reset_hint").GetInt32(),
                Schema = golden.GetProperty("schema").GetInt32(),
                Count = isFloat ? 0 : golden.GetProperty("count_int").GetUInt64(),
                CountFloat = isFloat ? Double(golden.GetProperty("count_float")) : 0,
                Sum = Double(golden.GetProperty("sum")),
                ZeroThreshold = Double(golden.GetProperty("zero_threshold")),
                ZeroCount = isFloat ? 0 : golden.GetProperty("zero_count_int").GetUInt64(),
                ZeroCountFloat = isFloat ? Double(golden.GetProperty("zero_count_float")) : 0,
            },
        };
        foreach (bool negative in new[] { false, true })
        {
            string side = negative ? "negative" : "positive";
            foreach (JsonElement span in golden.GetProperty(side + "_spans").EnumerateArray())
            {
                histogram.AddSpan(negative, new BucketSpan(span[0].GetInt32(), span[1].GetUInt32()));
            }
            foreach (JsonElement bucket in golden.GetProperty(side + (isFloat ? "_counts" : "_deltas")).EnumerateArray())
            {
                if (isFloat)
                {
                    histogram.AddCount(negative, Double(bucket));
                }
                else
                {
                    histogram.AddDelta(negative, bucket.GetInt64());
                }
            }
        }
        foreach (JsonElement bound in golden.TryGetProperty("custom_values", out JsonElement custom) ? custom.EnumerateArray() : default)
        {
            histogram.AddCustomValue(Double(bound));
        }
        return histogram;
    }

    private static double Double(JsonElement number) =>
        BitConverter.UInt64BitsToDouble(ulong.Parse(number.GetProperty("bits").GetString()!, NumberStyles.HexNumber, CultureInfo.InvariantCulture));
}
