using System.Text.Json;
using Agent.Testing;

namespace Agent.Sdk.Tests;

public sealed class ByteSizeTests
{
    [ConformanceFact]
    public void Sizes_agree_with_the_golden_data()
    {
        var set = new ConformanceSet("primitives/base2bytes");
        using JsonDocument file = Conformance.Load("primitives/base2bytes.json");
        foreach (JsonElement test in file.RootElement.GetProperty("cases").EnumerateArray())
        {
            set.Case(test.GetProperty("id").GetString()!, () => Check(test));
        }
        set.Finish();
    }

    [Fact]
    public void Both_spellings_in_one_text_are_refused()
    {
        Assert.False(ByteSize.TryParse("1KiB1MB", out _, out string? error));
        Assert.Equal("units: unknown unit KiB in 1KiB1MB", error);
    }

    [Fact]
    public void A_sign_is_kept() => Assert.Equal("-1KiB", ByteSize.TryParse("-1KB", out ByteSize size, out _) ? size.ToString() : "");

    private static string? Check(JsonElement test)
    {
        string text = test.GetProperty("text").GetString()!;
        bool parsed = ByteSize.TryParse(text, out ByteSize size, out string? error);
        if (test.TryGetProperty("error", out JsonElement expectedError))
        {
            return parsed ? $"'{text}' was accepted" : error == expectedError.GetString() ? null : error;
        }
        if (!parsed || size.Bytes != test.GetProperty("bytes").GetInt64())
        {
            return $"'{text}' gave {size.Bytes} {error}";
        }
        return size.ToString() == test.GetProperty("string").GetString() ? null : $"'{text}' is written '{size}'";
    }
}
