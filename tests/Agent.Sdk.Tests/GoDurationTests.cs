using System.Text.Json;
using Agent.Testing;

namespace Agent.Sdk.Tests;

public sealed class GoDurationTests
{
    [ConformanceFact]
    public void Durations_agree_with_the_golden_data()
    {
        var set = new ConformanceSet("primitives/go_duration");
        using JsonDocument file = Conformance.Load("primitives/go_duration.json");
        foreach (JsonElement test in file.RootElement.GetProperty("cases").EnumerateArray())
        {
            set.Case(test.GetProperty("id").GetString()!, () => Check(test));
        }
        set.Finish();
    }

    [Theory]
    [InlineData("-9223372036854775808ns", long.MinValue)]
    [InlineData("1.0000000000000000000000001s", 1_000_000_000)]
    [InlineData("1.5h.5m", 5_430_000_000_000)]
    public void Go_durations_keep_their_nanoseconds(string text, long nanoseconds)
    {
        Assert.True(GoDuration.TryParseNanoseconds(text, out long parsed, out _));
        Assert.Equal(nanoseconds, parsed);
    }

    [Theory]
    [InlineData("0", 0)]
    [InlineData("1y", 31536000)]
    [InlineData("2w1d", 1296000)]
    [InlineData("1h30m5s", 5405)]
    public void Prometheus_durations_know_days_weeks_and_years(string text, int seconds)
    {
        Assert.True(GoDuration.TryParsePrometheus(text, out TimeSpan value, out _));
        Assert.Equal(TimeSpan.FromSeconds(seconds), value);
    }

    [Theory]
    [InlineData("", "empty duration string")]
    [InlineData("1.5h", "not a valid duration string: \"1.5h\"")]
    [InlineData("1m1h", "not a valid duration string: \"1m1h\"")]
    [InlineData("5", "not a valid duration string: \"5\"")]
    [InlineData("-1s", "not a valid duration string: \"-1s\"")]
    [InlineData("300y", "duration out of range")]
    public void Prometheus_durations_refuse_what_Prometheus_refuses(string text, string expected)
    {
        Assert.False(GoDuration.TryParsePrometheus(text, out _, out string? error));
        Assert.Equal(expected, error);
    }

    private static string? Check(JsonElement test)
    {
        string text = test.GetProperty("text").GetString()!;
        bool parsed = GoDuration.TryParseNanoseconds(text, out long nanoseconds, out string? error);
        if (test.TryGetProperty("error", out JsonElement expectedError))
        {
            return parsed ? $"'{text}' was accepted" : error == expectedError.GetString() ? null : error;
        }
        if (!parsed || nanoseconds.ToString() != test.GetProperty("nanoseconds").GetString())
        {
            return $"'{text}' gave {nanoseconds} {error}";
        }
        string written = GoDuration.FormatNanoseconds(nanoseconds);
        return written == test.GetProperty("string").GetString() ? null : $"'{text}' is written '{written}'";
    }
}
