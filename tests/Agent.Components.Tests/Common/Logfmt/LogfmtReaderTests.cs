using System.Text;
using System.Text.Json;
using Agent.Components.Common.Logfmt;
using Agent.Testing;

namespace Agent.Components.Tests.Common.Logfmt;

public sealed class LogfmtReaderTests
{
    [ConformanceFact]
    public void Records_agree_with_the_golden_data()
    {
        var set = new ConformanceSet("primitives/logfmt");
        using JsonDocument file = Conformance.Load("primitives/logfmt.json");
        foreach (JsonElement test in file.RootElement.GetProperty("cases").EnumerateArray())
        {
            set.Case(test.GetProperty("id").GetString()!, () => Check(test));
        }
        set.Finish();
    }

    [Fact]
    public void Reading_allocates_nothing_without_escapes()
    {
        byte[] line = "ts=2024-05-06T07:08:09Z level=info msg=\"all is well\" bare n=5"u8.ToArray();
        int pairs = 0;
        for (int round = 0; round < 2; round++)
        {
            long before = GC.GetAllocatedBytesForCurrentThread();
            var reader = new LogfmtReader(line);
            reader.NextRecord();
            while (reader.Read())
            {
                pairs++;
            }
            Assert.True(round == 0 || GC.GetAllocatedBytesForCurrentThread() == before);
        }
        Assert.Equal(10, pairs);
    }

    [Fact]
    public void Surrogate_pairs_are_joined_and_halves_replaced()
    {
        var reader = new LogfmtReader("a=\"\\ud83d\\ude00 \\ud83dx\""u8);
        Assert.True(reader.NextRecord() && reader.Read());
        Assert.Equal("😀 \uFFFDx", Encoding.UTF8.GetString(reader.Value));
    }

    [Fact]
    public void Errors_name_the_line()
    {
        var reader = new LogfmtReader("a=1\n=2"u8);
        Assert.True(reader.NextRecord() && reader.Read() && !reader.Read() && reader.NextRecord() && !reader.Read());
        Assert.Equal("logfmt syntax error at pos 1 on line 2: unexpected '='", reader.Error);
        Assert.False(reader.NextRecord());
    }

    private static string? Check(JsonElement test)
    {
        byte[] text = test.TryGetProperty("text_base64", out JsonElement base64)
            ? base64.GetBytesFromBase64()
            : Encoding.UTF8.GetBytes(test.GetProperty("text").GetString()!);
        var reader = new LogfmtReader(text);
        var found = new List<string>();
        while (reader.NextRecord())
        {
            found.Add("record");
            while (reader.Read())
            {
                found.Add($"{Encoding.UTF8.GetString(reader.Key)}={Encoding.UTF8.GetString(reader.Value)} {!reader.HasValue}");
            }
        }
        var wanted = new List<string>();
        foreach (JsonElement record in test.GetProperty("records").EnumerateArray())
        {
            wanted.Add("record");
            wanted.AddRange(record.EnumerateArray().Select(static pair => $"{pair[0].GetString()}={pair[1].GetString()} {pair[2].GetBoolean()}"));
        }
        string? error = test.TryGetProperty("error", out JsonElement expected) ? expected.GetString() : null;
        return error == reader.Error && found.SequenceEqual(wanted) ? null : $"{reader.Error} {string.Join(" | ", found)}";
    }
}
