using Agent.Sdk.Metrics;
using Agent.Testing;
using Agent.Web.History;

namespace Agent.Web.Tests.History;

public sealed class MetricHistoryTests
{
    private readonly FakeTimeProvider _time = new();
    private readonly MetricRegistry _registry = new();

    private MetricScope Scope(string id, string path = "/") => _registry.Scope(new("component_path", path), new("component_id", id));

    private void Advance(int steps)
    {
        for (int i = 0; i < steps; i++)
        {
            _time.Advance(MetricHistory.Step);
        }
    }

    private static float[] Known(MetricHistory history, string owner, string name) =>
        [.. history.Of(owner).Single(series => series.Family.Name == name).Values.Where(static value => !float.IsNaN(value))];

    [Fact]
    public void Gauges_are_kept_as_they_are_and_counters_as_rates()
    {
        using var history = new MetricHistory(_registry, _time);
        Gauge gauge = Scope("a").Gauge("g", "G.");
        Counter counter = Scope("a").Counter("c", "C.");
        gauge.Set(1);
        Advance(1);
        gauge.Set(5);
        counter.Add(30);
        Advance(1);
        Assert.Equal([1, 5], Known(history, "a", "g"));
        Assert.Equal([2], Known(history, "a", "c"));
    }

    [Fact]
    public void Series_of_one_component_are_summed_and_those_of_modules_stand_under_their_path()
    {
        using var history = new MetricHistory(_registry, _time);
        Scope("a").Gauge("g", "G.", ("host", "x")).Set(1);
        Scope("a").Gauge("g", "G.", ("host", "y")).Set(2);
        Scope("a", "/mod.one").Gauge("g", "G.").Set(10);
        Advance(1);
        Assert.Equal([3], Known(history, "a", "g"));
        Assert.Equal([10], Known(history, "mod.one/a", "g"));
        Assert.Empty(history.Of("b"));
    }

    [Fact]
    public void A_quarter_of_an_hour_is_kept_and_not_more()
    {
        using var history = new MetricHistory(_registry, _time);
        Gauge gauge = Scope("a").Gauge("g", "G.");
        for (int i = 1; i <= 100; i++)
        {
            gauge.Set(i);
            Advance(1);
        }
        float[] values = history.Of("a").Single().Values;
        Assert.Equal(MetricHistory.Points, values.Length);
        Assert.Equal((41f, 100f), (values[0], values[^1]));
    }

    [Theory]
    [InlineData(3, 1)]
    [InlineData(3, 70)]
    [InlineData(70, 2)]
    public void What_stays_the_same_for_a_while_and_changes_then_is_kept_whole(int before, int after)
    {
        using var history = new MetricHistory(_registry, _time);
        Gauge gauge = Scope("a").Gauge("g", "G.");
        Counter counter = Scope("a").Counter("c", "C.");
        gauge.Set(7);
        Advance(before);
        gauge.Set(8);
        counter.Add(15);
        Advance(1);
        Advance(after);
        float[] wanted = [.. Enumerable.Repeat(7f, before), .. Enumerable.Repeat(8f, after + 1)];
        Assert.Equal(wanted[^Math.Min(wanted.Length, MetricHistory.Points)..], Known(history, "a", "g"));
        float[] rates = [.. Enumerable.Repeat(0f, before - 1), 1f, .. Enumerable.Repeat(0f, after)];
        Assert.Equal(rates[^Math.Min(rates.Length, MetricHistory.Points)..], Known(history, "a", "c"));
    }

    [Fact]
    public void What_comes_back_leaves_a_gap_and_goes_on()
    {
        using var history = new MetricHistory(_registry, _time);
        MetricScope scope = Scope("a");
        scope.Gauge("g", "G.").Set(1);
        Advance(2);
        scope.Dispose();
        Advance(2);
        Scope("a").Gauge("g", "G.").Set(1);
        Advance(1);
        Assert.Equal([1f, 1f, float.NaN, float.NaN, 1f], history.Of("a").Single().Values[^5..]);
    }

    [Fact]
    public void What_is_gone_leaves_a_gap_and_is_forgotten_in_the_end()
    {
        using var history = new MetricHistory(_registry, _time);
        MetricScope scope = Scope("a");
        scope.Gauge("g", "G.").Set(1);
        Advance(2);
        scope.Dispose();
        Advance(3);
        float[] values = history.Of("a").Single().Values;
        Assert.Equal([1f, 1f, float.NaN, float.NaN, float.NaN], values[^5..]);
        Advance(MetricHistory.Points);
        Assert.Empty(history.Of("a"));
    }

    [Fact]
    public void The_number_of_series_is_bounded()
    {
        using var history = new MetricHistory(_registry, _time);
        for (int i = 0; i < 6000; i++)
        {
            Scope($"c{i}").Gauge("g", "G.").Set(1);
        }
        Advance(1);
        Assert.Equal(5000, Enumerable.Range(0, 6000).Count(i => history.Of($"c{i}").Count > 0));
    }
}
