using System.Buffers;
using System.Diagnostics;
using System.Text;
using System.Text.Json;
using Agent.Sdk.Patterns;
using Agent.Testing;

namespace Agent.Sdk.Tests.Patterns;

public sealed class PatternConformanceTests
{
    [ConformanceFact]
    public void Patterns_agree_with_the_golden_data()
    {
        var set = new ConformanceSet("primitives/regexp");
        using JsonDocument file = Conformance.Load("primitives/regexp.json");
        string template = file.RootElement.GetProperty("replacement_template").GetString()!;
        foreach (JsonElement test in file.RootElement.GetProperty("cases").EnumerateArray())
        {
            set.Case(test.GetProperty("id").GetString()!, () => Check(test, template));
        }
        set.Finish();
    }

    private static string? Check(JsonElement test, string template)
    {
        string text = test.GetProperty("pattern").GetString()!;
        bool parsed = Pattern.TryParse(text, PatternOptions.None, out Pattern? pattern, out string? error);
        if (test.TryGetProperty("error", out JsonElement expectedError))
        {
            return parsed ? "was accepted" : error == expectedError.GetString() ? null : error;
        }
        if (pattern is null)
        {
            return error;
        }
        if (test.TryGetProperty("input_repeat", out JsonElement repeat))
        {
            string input = string.Concat(Enumerable.Repeat(repeat[0].GetString()!, repeat[1].GetInt32()));
            long start = Stopwatch.GetTimestamp();
            string? difference = CheckInput(pattern, input, test);
            TimeSpan took = Stopwatch.GetElapsedTime(start);
            return difference ?? (took > TimeSpan.FromSeconds(2) ? $"took {took}" : null);
        }
        string names = string.Join(',', pattern.GroupNames);
        string expectedNames = string.Join(',', test.GetProperty("names").EnumerateArray().Select(name => name.GetString()));
        if (names != expectedNames)
        {
            return $"names {names}";
        }
        foreach (JsonElement result in test.GetProperty("results").EnumerateArray())
        {
            string input = result.GetProperty("input").GetString()!;
            string? difference = CheckInput(pattern, input, result) ?? CheckReplaced(pattern, input, result, template);
            if (difference is not null)
            {
                return $"{text} on '{input}': {difference}";
            }
        }
        return null;
    }

    private static string? CheckInput(Pattern pattern, string input, JsonElement expected)
    {
        byte[] utf8 = Encoding.UTF8.GetBytes(input);
        bool match = expected.GetProperty("match").GetBoolean();
        if (pattern.IsMatch(utf8) != match || pattern.IsMatch(input) != match)
        {
            return $"match is not {match}";
        }
        var groups = new ByteRange[pattern.GroupCount + 1];
        if (pattern.Match(utf8, groups) != match)
        {
            return $"match with groups is not {match}";
        }
        if (!match)
        {
            return null;
        }
        string found = string.Join(',', groups.Select(static group => $"{group.Start},{group.End}"));
        string wanted = string.Join(',', expected.GetProperty("first").EnumerateArray().Select(static at => at.GetInt32()));
        if (found != wanted)
        {
            return $"groups {found}, not {wanted}";
        }
        if (!expected.TryGetProperty("all", out JsonElement all))
        {
            return null;
        }
        var matches = new List<string>();
        foreach (ReadOnlySpan<ByteRange> each in pattern.EnumerateMatches(utf8, groups))
        {
            matches.Add($"{each[0].Start},{each[0].End}");
        }
        string wantedAll = string.Join(' ', all.EnumerateArray().Select(static at => $"{at[0].GetInt32()},{at[1].GetInt32()}"));
        string foundAll = string.Join(' ', matches);
        return foundAll == wantedAll ? null : $"matches {foundAll}, not {wantedAll}";
    }

    private static string? CheckReplaced(Pattern pattern, string input, JsonElement expected, string template)
    {
        PatternTemplate replacement = pattern.Template(template);
        var output = new ArrayBufferWriter<byte>();
        pattern.Replace(Encoding.UTF8.GetBytes(input), replacement, output);
        string replaced = Encoding.UTF8.GetString(output.WrittenSpan);
        string wanted = expected.GetProperty("replaced").GetString()!;
        return replaced == wanted && pattern.Replace(input, replacement) == wanted ? null : $"replaced '{replaced}', not '{wanted}'";
    }
}
