using System.Text;
using System.Text.Json;
using Agent.Testing;

namespace Agent.Conversion.Tests;

public sealed class BadInputTests
{
    private static readonly string[] Odd = ["", "~", "[]", "{}", "-1", "x", "[[a], {b: c}]", "{a: [1]}", "*none", "1e400", "'\u0001\u2028'"];

    [Theory]
    [InlineData("prometheus", "Prometheus", "config.plain")]
    [InlineData("promtail", "Promtail", "config.plain")]
    [InlineData("static", "Static", "config.Config")]
    public void A_page_of_the_web_is_refused_with_its_line(string format, string name, string type)
    {
        string failure = Converting.Failure(Converting.From(format, "<!DOCTYPE html><html></html>\n"));

        Assert.StartsWith($"failed to parse {name} config: ", failure, StringComparison.Ordinal);
        Assert.EndsWith($"line 1: cannot unmarshal !!str `<!DOCTY...` into {type}", failure, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("prometheus")]
    [InlineData("promtail")]
    [InlineData("static")]
    public void A_hundred_megabytes_are_refused_unread(string format) =>
        Assert.Equal("cannot convert the configuration: it is larger than 16 MiB", Converting.Failure(Converting.From(format, new byte[100_000_000])));

    [Fact]
    public void All_wrong_types_and_unknown_fields_are_listed_by_line() => Assert.Equal(
        "failed to parse Prometheus config: yaml: unmarshal errors:\n"
        + "  line 2: cannot unmarshal !!str `maybe` into bool\n"
        + "  line 2: field extra not found in type config.ScrapeConfig\n"
        + "  line 3: field nothing not found in type config.plain",
        Converting.Failure(Converting.From("prometheus", "scrape_configs:\n- {job_name: a, honor_labels: maybe, extra: 1}\nnothing: 2\n")));

    [Fact]
    public void A_flood_of_mistakes_is_cut_off()
    {
        string text = string.Concat(Enumerable.Range(0, 5000).Select(static i => $"field{i}: 1\n"));
        string failure = Converting.Failure(Converting.From("promtail", text));

        Assert.EndsWith("\n  and 4900 more", failure, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("otelcol", "the format otelcol is not supported yet")]
    [InlineData("yaml", "unrecognized kind \"yaml\" given to the config converter")]
    public void Other_formats_are_refused_by_name(string format, string failure) =>
        Assert.Contains(failure, Converting.Failure(Converting.From(format, "")), StringComparison.Ordinal);

    [Theory]
    [InlineData("prometheus")]
    [InlineData("promtail")]
    [InlineData("static")]
    public void Nothing_becomes_nothing(string format) => Assert.Empty(Converting.From(format, "").Configuration!);

    /// <summary>Leaves out each second line in turn, and puts odd values in place of the others' values: there is a result or a finding, and no exception.</summary>
    [ConformanceFact]
    public void Any_change_of_a_configuration_gives_a_result_or_a_finding()
    {
        using JsonDocument index = Conformance.Load("convert/index.json");
        foreach (JsonElement test in index.RootElement.GetProperty("cases").EnumerateArray())
        {
            string format = test.GetProperty("source_format").GetString()!;
            string[] lines = File.ReadAllLines(Conformance.PathOf("convert/" + test.GetProperty("input").GetString())!);
            string[] arguments = test.GetProperty("id").GetString()!.StartsWith("static-v2", StringComparison.Ordinal)
                ? ["-enable-features", "integrations-next"] : [];
            for (int i = 0; i < lines.Length; i++)
            {
                if (i % 2 == 0)
                {
                    Check(format, arguments, lines.Where((_, at) => at != i));
                    continue;
                }
                int colon = lines[i].IndexOf(": ", StringComparison.Ordinal);
                string odd = Odd[i / 2 % Odd.Length];
                Check(format, arguments, lines.Select((line, at) => at == i ? (colon < 0 ? line + " " : line[..(colon + 2)]) + odd : line));
            }
        }
    }

    private static void Check(string format, string[] arguments, IEnumerable<string> lines)
    {
        byte[] text = Encoding.UTF8.GetBytes(string.Join('\n', lines));
        ConversionResult result = Converting.From(format, text, arguments);
        Assert.True(result.Configuration is not null || result.Has(ConversionSeverity.Critical));
    }
}
