namespace Agent.Telemetry.Tests;

public sealed class LabelSetTests
{
    [Fact]
    public void Labels_are_sorted_and_the_last_of_a_name_counts()
    {
        LabelSet set = Set(("b", "1"), ("a", "2"), ("b", "3"));

        Assert.Equal([new Label("a", "2"), new Label("b", "3")], set);
        Assert.Equal("{a=\"2\", b=\"3\"}", set.ToString());
    }

    [Fact]
    public void An_empty_value_is_the_same_as_no_label()
    {
        LabelSet set = Set(("a", ""), ("b", "1"));

        Assert.Equal(["b"], set.Select(static label => label.Name));
        Assert.Equal("", set["a"]);
        Assert.False(set.Contains("a"));
        Assert.Empty(set.With("b", ""));
    }

    [Fact]
    public void Sets_are_equal_by_content_whatever_way_they_were_made()
    {
        LabelSet one = Set(("x", "1"), ("y", "2"));
        LabelSet other = LabelSet.Empty.With("y", "2").With("z", "3").With("x", "1").Without("z");

        Assert.Equal(one, other);
        Assert.Equal(one.GetHashCode(), other.GetHashCode());
        Assert.NotEqual(one, Set(("x", "1"), ("y", "3")));
        Assert.NotEqual(one, Set(("x", "1")));
    }

    [Fact]
    public void A_set_that_was_taken_from_a_builder_does_not_change_with_it()
    {
        var builder = new LabelSetBuilder(Set(("a", "1")));
        LabelSet before = builder.ToLabelSet();
        builder.Set("a", "2");
        builder.Remove("nothing");

        Assert.Equal("1", before["a"]);
        Assert.Equal("2", builder.Get("a"));
    }

    [Fact]
    public void Every_name_of_a_large_set_is_found()
    {
        LabelSet set = Set([.. Enumerable.Range(0, 500).Select(static i => ($"label_{i}", $"{i}"))]);

        Assert.All(Enumerable.Range(0, 500), i => Assert.Equal($"{i}", set[$"label_{i}"]));
        Assert.Equal("", set["label_"]);
    }

    private static LabelSet Set(params (string Name, string Value)[] labels) =>
        LabelSet.From(labels.Select(static label => KeyValuePair.Create(label.Name, label.Value)));
}
