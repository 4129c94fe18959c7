using Agent.Sdk.Metrics;

namespace Agent.Sdk.Tests.Metrics;

public sealed class MetricScopeTests
{
    private readonly MetricRegistry _registry = new();

    private IEnumerable<MetricSeries> Series => _registry.Families().SelectMany(static family => family.Series);

    [Fact]
    public void A_series_outlives_its_scope_where_another_one_has_asked_for_it()
    {
        MetricScope former = Scope();
        former.Counter("sent_total", "Sent.").Add(3);
        MetricScope latter = Scope();
        Counter counter = latter.Counter("sent_total", "Sent.");

        former.Dispose();
        counter.Add(4);

        Assert.Equal(7, Assert.IsType<Counter>(Assert.Single(Series).Instrument).Value);
        latter.Dispose();
        Assert.Empty(Series);
    }

    [Fact]
    public void A_scope_that_goes_first_takes_nothing_from_the_one_before_it()
    {
        MetricScope former = Scope();
        former.Counter("sent_total", "Sent.");
        MetricScope refused = Scope();
        refused.Counter("sent_total", "Sent.");

        refused.Dispose();

        Assert.Single(Series);
        former.Dispose();
        Assert.Empty(Series);
    }

    [Fact]
    public void What_is_read_when_somebody_scrapes_is_read_from_the_scope_that_is_left()
    {
        MetricScope former = Scope();
        former.ObservedGauge("size", "Size.", static () => 1);
        MetricScope latter = Scope();
        latter.ObservedGauge("size", "Size.", static () => 2);

        Assert.Equal(1, Read());
        former.Dispose();
        Assert.Equal(2, Read());
        latter.Dispose();
        Assert.Empty(Series);
    }

    [Fact]
    public void A_series_that_is_removed_by_one_of_two_is_the_other_ones()
    {
        MetricScope former = Scope();
        Counter counter = former.Counter("sent_total", "Sent.");
        MetricScope latter = Scope();
        latter.Counter("sent_total", "Sent.");

        former.Remove(counter);
        Assert.Single(Series);
        latter.Remove(counter);
        Assert.Empty(Series);
    }

    private MetricScope Scope() => _registry.Scope(KeyValuePair.Create("component_id", "a"));

    private double Read() => Assert.IsAssignableFrom<ObservedValue>(Assert.Single(Series).Instrument).Read();
}
