using Agent.Components.Loki.Process;
using Agent.Components.Loki.Process.Stages;
using Agent.Sdk.Patterns;
using Agent.Telemetry;
using Agent.Telemetry.Logs;

namespace Agent.Components.Tests.Loki.Process.Stages;

public sealed class TextStageTests
{
    private static readonly StageArguments ShowAll = new StructuredMetadataStage.Arguments { Regex = Pattern.Parse("^[^ma]") };

    [Theory]
    [InlineData("<a> <b>", "1 2 3", "a=1 b=2 3")]
    [InlineData("x=<a>,<_>,<b>;", "x=1,2,3;4", "a=1 b=3")]
    [InlineData("x=<a>,<_>,<b>;", "x=1,2", "a=1")]
    [InlineData("x=<a>,<_>,<b>;", "y=1,2,3;", "")]
    [InlineData("<a><", "1<2", "a=1")]
    [InlineData("<1><a>é", "<1>2é3", "a=2")]
    [InlineData("<_x>>", "1>", "_x=1")]
    public void A_pattern_takes_what_lies_between_its_literals(string pattern, string line, string expected)
    {
        using var fixture = new PipelineFixture(
            new PatternStage.Arguments { Pattern = pattern },
            new StructuredMetadataStage.Arguments { Values = new([new("a", null), new("b", null), new("_x", null)]) });
        fixture.Send(line);
        Assert.Equal(expected, Metadata(fixture));
    }

    [Theory]
    [InlineData("4111111111111111", "#")]
    [InlineData("a4111111111111111b", "a#b")]
    [InlineData("4111111111111112", "4111111111111112")]
    [InlineData("411111111111", "411111111111")]
    [InlineData("0000000000000", "#")]
    [InlineData("99999999999999999999999", "99999999999999999999999")]
    [InlineData("٤111111111111111", "٤111111111111111")]
    [InlineData("4111-1111-1111-1111--x", "#-x")]
    [InlineData("-4111-1111-1111-1111", "-#")]
    [InlineData("id=4111111111111111 4111111111111111", "id=4111111111111111 #")]
    [InlineData("é4111111111111111é4111111111111111", "é#é#")]
    public void Numbers_with_the_right_checksum_are_redacted(string line, string expected)
    {
        using var fixture = new PipelineFixture(
            new LuhnStage.Arguments { Replacement = "#", Delimiters = "-", SkipRegex = Pattern.Parse("id=\\d+") });
        fixture.Send(line);
        Assert.Equal([expected], fixture.Collector.Lines);
    }

    [Fact]
    public void A_message_of_Windows_gives_its_description_and_the_pairs_of_its_sections()
    {
        using var fixture = new PipelineFixture(
            new JsonStage.Arguments { Expressions = new([new("message", ""), new("Key", "")]) }, new WindowseventStage.Arguments(), ShowAll);
        fixture.Send(
            """
            {"Key":"old","message":"Special privileges\r\nassigned.\r\n\r\nSubject:\r\n\tSecurity ID:\t\tS-1-1-1\r\n\tAccount Name:\t\tSYSTEM\r\n\r\nPrivileges:\t\tA\r\n\t\t\tB\r\n\t\t\tC\r\n\r\nalone\r\nKey: new\r\nTitle:\r\nOther: a:b"}
            """);
        Assert.Equal(
            "Description=Special privilegesassigned. Key=old Key_extracted=new Other=a:b Privileges=A,B,C Subject_AccountName=SYSTEM Subject_SecurityID=S-1-1-1",
            Metadata(fixture));
    }

    [Fact]
    public void A_message_that_is_null_drops_its_entry_and_is_counted()
    {
        using var fixture = new PipelineFixture(
            new JsonStage.Arguments { Expressions = new([new("message", "")]) }, new WindowseventStage.Arguments(), new EventlogmessageStage.Arguments());
        fixture.Send("{}", """{"message":"x"}""");
        Assert.Equal(["""{"message":"x"}"""], fixture.Collector.Lines);
        Assert.Equal(1, fixture.Count("loki_process_dropped_lines_total", "windowsevent_stage"));
    }

    [Fact]
    public void Bytes_that_are_no_text_pass_through_every_stage()
    {
        StageArguments[] stages =
        [
            new DecolorizeStage.Arguments(), new LuhnStage.Arguments { Delimiters = " -" }, new PatternStage.Arguments { Pattern = "<message>:<a>", LabelsFromGroups = true },
            new EventlogmessageStage.Arguments(), new WindowseventStage.Arguments { OverwriteExisting = true },
            new TruncateStage.Arguments { Rule = [new TruncateStage.Rule { Limit = new(40) }, new TruncateStage.Rule { Limit = new(2), SourceType = ValueSource.Label }] },
            new MetricsStage.Arguments { Counter = [new() { Name = "c", Source = "a", Action = "add" }] },
            new TenantStage.Arguments { Source = "a" }, new SplitJsonStage.Arguments(), new PackStage.Arguments { Labels = ["a", "message"] },
        ];
        using var fixture = new PipelineFixture(stages);
        var random = new Random(20261121);
        using var batch = new LogBatch();
        for (int i = 0; i < 2000; i++)
        {
            byte[] line = new byte[random.Next(60)];
            random.NextBytes(line);
            batch.Add(new LogEntry(LabelSet.From([new("app", "äöü")]), i, line));
        }
        fixture.Send(batch);
        Assert.Equal(2000, fixture.Collector.Lines.Count());
    }

    [Fact]
    public void Sampling_keeps_about_its_share_and_counts_the_rest()
    {
        using var fixture = new PipelineFixture(new SamplingStage.Arguments { Rate = 0.25 });
        fixture.Send([.. Enumerable.Repeat("x", 10_000)]);
        int kept = fixture.Collector.Lines.Count();
        Assert.InRange(kept, 2000, 3000);
        Assert.Equal(10_000 - kept, fixture.Count("loki_process_dropped_lines_total", "sampling_stage"));
    }

    [Fact]
    public void Each_element_of_an_array_is_an_entry_and_the_receipt_is_the_sources()
    {
        using var fixture = new PipelineFixture(new SplitJsonStage.Arguments(), new DropStage.Arguments { Expression = Pattern.Parse("^2$") });
        var receipt = new CountedReceipt();
        fixture.Send(receipt, "[1, 2 ,[3]]", "[]", "[1,]");
        Assert.Equal(["1", "[3]", "[1,]"], fixture.Collector.Lines);
        Assert.Equal(1, fixture.Count("loki_process_dropped_lines_total", "empty_json_array"));
        Assert.Equal(0, receipt.Settled);
    }

    [Fact]
    public void What_was_cut_is_added_to_what_an_earlier_stage_noted()
    {
        using var fixture = new PipelineFixture(
            new RegexStage.Arguments { Expression = Pattern.Parse("^(?P<truncated>.{4})(?P<b>.*)$") },
            new TruncateStage.Arguments { Rule = [new() { Limit = new(3), SourceType = ValueSource.Extracted, Sources = ["b"] }] },
            new TruncateStage.Arguments { Rule = [new() { Limit = new(6), Suffix = ".." }] },
            new StructuredMetadataStage.Arguments { Values = new([new("truncated", null), new("b", null)]) });
        fixture.Send("mine and more");
        Assert.Equal(["mine.."], fixture.Collector.Lines);
        Assert.Equal("b= an truncated=extracted,line,mine", Metadata(fixture));
    }

    private static string Metadata(PipelineFixture fixture) =>
        string.Join(' ', fixture.Collector.Entries[0].Metadata.Select(static pair => $"{pair.Key}={pair.Value}").Order(StringComparer.Ordinal));
}
