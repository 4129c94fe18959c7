using System.Text;
using System.Text.Json;
using Agent.Components.Common.GoTime;
using Agent.Testing;

namespace Agent.Components.Tests.Common.GoTime;

public sealed class GoTimeLayoutTests
{
    [ConformanceFact]
    public void Layouts_agree_with_the_golden_data()
    {
        var set = new ConformanceSet("primitives/go_time_layout");
        using JsonDocument file = Conformance.Load("primitives/go_time_layout.json");
        foreach (JsonElement test in file.RootElement.GetProperty("cases").EnumerateArray())
        {
            set.Case(test.GetProperty("id").GetString()!, () => Check(test));
        }
        set.Finish();
    }

    [Theory]
    [InlineData("2024-05-06T07:08:09Z", 1714979289000000000)]
    [InlineData("2024-05-06T07:08:09.5+02:00", 1714972089500000000)]
    [InlineData("1969-12-31T23:59:59.999999999Z", -1)]
    [InlineData("2024-05-06T7:08:09,1Z", 1714979289100000000)]
    public void Log_times_are_read_without_allocating(string text, long nanoseconds)
    {
        byte[] utf8 = Encoding.UTF8.GetBytes(text);
        Assert.True(Rfc3339.TryParseNanoseconds(utf8, out long parsed));
        Assert.Equal(nanoseconds, parsed);
        bool again = true;
        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int i = 0; i < 100; i++)
        {
            again &= Rfc3339.TryParseNanoseconds(utf8, out _);
        }
        long allocated = GC.GetAllocatedBytesForCurrentThread() - before;
        Assert.True(again);
        Assert.Equal(0, allocated);
    }

    [Theory]
    [InlineData("2024-02-30T00:00:00Z")]
    [InlineData("2024-05-06T07:08:09")]
    [InlineData("2024-05-06T07:08:09.Z")]
    [InlineData("2024-05-06T24:00:00Z")]
    [InlineData("")]
    public void What_is_no_time_is_refused(string text) => Assert.False(Rfc3339.TryParseNanoseconds(Encoding.UTF8.GetBytes(text), out _));

    [Theory]
    [InlineData("2024-x0-06T07:08:09Z")]
    [InlineData("2024-00-06T07:08:09Z")]
    [InlineData("2024-05-x6T07:08:09Z")]
    [InlineData("2024-05-00T07:08:09Z")]
    public void A_time_with_a_month_or_day_that_is_none_is_refused(string text) =>
        Assert.False(Rfc3339.TryParseNanoseconds(System.Text.Encoding.ASCII.GetBytes(text), out _));

    [Fact]
    public void Rules_hold_beyond_the_recorded_transitions()
    {
        Assert.True(GoLocation.TryLoad("Europe/Berlin", out GoLocation? berlin, out _));
        var layout = new GoTimeLayout("2006-01-02 15:04:05 MST");
        Assert.True(layout.TryParse("2105-07-01 12:00:00 CEST"u8, berlin, out GoTimeValue time));
        Assert.Equal("2105-07-01 12:00:00 CEST", layout.Format(time));
        Assert.Equal(7200, time.Offset);
    }

    [Fact]
    public void Names_cannot_leave_the_database() => Assert.False(GoLocation.TryLoad("../../etc/passwd", out _, out _));

    private static string? Check(JsonElement test)
    {
        string value = test.GetProperty("value").GetString()!;
        var layout = new GoTimeLayout(test.GetProperty("layout").GetString()!);
        if (!GoLocation.TryLoad(test.GetProperty("location").GetString()!, out GoLocation? location, out string? error))
        {
            return test.TryGetProperty("error", out _) ? null : error;
        }
        bool parsed = layout.TryParse(Encoding.UTF8.GetBytes(value), location, out GoTimeValue time, out error);
        if (test.TryGetProperty("error", out JsonElement expectedError))
        {
            return parsed ? "was accepted" : error == expectedError.GetString() ? null : $"{error} not {expectedError}";
        }
        if (!parsed)
        {
            return error;
        }
        string utc = GoTimeLayout.Rfc3339Nano.Format(time with { Offset = 0, Zone = "UTC" });
        string back = layout.Format(time);
        return utc == test.GetProperty("utc").GetString() && back == test.GetProperty("formatted_back").GetString() ? null : $"{utc}, {back}";
    }
}
