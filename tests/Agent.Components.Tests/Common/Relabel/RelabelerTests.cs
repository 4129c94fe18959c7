using Agent.Components.Common.Relabel;
using Agent.Sdk.Patterns;
using Agent.Sdk.Tracing;
using Agent.Telemetry;

namespace Agent.Components.Tests.Common.Relabel;

public sealed class RelabelerTests
{
    [Fact]
    public void Rules_count_what_they_matched_and_dropped()
    {
        var relabeler = new Relabeler(
            [
                new RelabelRule { SourceLabels = ["app"], TargetLabel = "job" },
                new RelabelRule { SourceLabels = ["app"], Regex = Anchored("web.*"), Action = RelabelAction.Keep },
            ],
            LabelNameRule.Utf8);

        Assert.True(relabeler.Apply(Labels(("app", "web1"))));
        Assert.False(relabeler.Apply(Labels(("app", "db"))));

        Assert.Equal([new RuleCounts(2, 0), new RuleCounts(1, 1)], relabeler.Counts);
    }

    [Fact]
    public void A_trace_shows_the_labels_after_each_rule_up_to_the_one_that_drops()
    {
        LabelSet given = Labels(("app", "db")).ToLabelSet();
        IReadOnlyList<LabelSet?> after = Relabeler.Trace(
            [
                new RelabelRule { SourceLabels = ["app"], TargetLabel = "job" },
                new RelabelRule { SourceLabels = ["app"], Regex = Anchored("web.*"), Action = RelabelAction.Keep },
                new RelabelRule { TargetLabel = "never", Replacement = "x" },
            ],
            LabelNameRule.Utf8, given);

        Assert.Equal([given.With("job", "db"), null], after);
    }

    [Fact]
    public void Labelmap_does_not_map_the_names_that_it_made()
    {
        LabelSetBuilder labels = Labels(("a", "1"));
        var rule = new RelabelRule { Regex = Anchored("(a+)"), Replacement = "a$1", Action = RelabelAction.LabelMap };

        Assert.True(new Relabeler([rule with { Replacement = "${1}a" }], LabelNameRule.Utf8).Apply(labels));

        Assert.Equal(Labels(("a", "1"), ("aa", "1")).ToLabelSet(), labels.ToLabelSet());
    }

    [Theory]
    [InlineData("ÄÖÜ", "äöü")]
    [InlineData("İ", "i")]
    [InlineData("ǅ", "ǆ")]
    [InlineData("ẞ", "ß")]
    public void Lowercase_follows_Unicode_letter_by_letter(string value, string lower) =>
        Assert.Equal(lower, Transform(value, RelabelAction.Lowercase));

    [Theory]
    [InlineData("äöüß", "ÄÖÜß")]
    [InlineData("ı", "I")]
    [InlineData("ſ", "S")]
    [InlineData("µ", "Μ")]
    [InlineData("ÿ", "Ÿ")]
    public void Uppercase_follows_Unicode_letter_by_letter(string value, string upper) =>
        Assert.Equal(upper, Transform(value, RelabelAction.Uppercase));

    [Fact]
    public void Rules_that_change_nothing_allocate_nothing()
    {
        var relabeler = new Relabeler(
            [
                new RelabelRule { SourceLabels = ["app"], Regex = Anchored("db|cache"), Action = RelabelAction.Drop },
                new RelabelRule { SourceLabels = ["app"], TargetLabel = "job" },
            ],
            LabelNameRule.Legacy);
        LabelSetBuilder labels = Labels(("app", "web"), ("job", "web"));
        relabeler.Apply(labels);

        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int i = 0; i < 1000; i++)
        {
            relabeler.Apply(labels);
        }

        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }

    private static string Transform(string value, RelabelAction action)
    {
        LabelSetBuilder labels = Labels(("a", value));
        new Relabeler([new RelabelRule { SourceLabels = ["a"], TargetLabel = "b", Action = action }], LabelNameRule.Utf8).Apply(labels);
        return labels.Get("b");
    }

    private static Pattern Anchored(string text) => Pattern.Parse(text, PatternOptions.Anchored);

    private static LabelSetBuilder Labels(params (string Name, string Value)[] labels)
    {
        var builder = new LabelSetBuilder();
        foreach ((string name, string value) in labels)
        {
            builder.Set(name, value);
        }
        return builder;
    }
}
