using Agent.Components.Prometheus.RemoteWrite;

namespace Agent.Components.Tests.Prometheus.RemoteWrite;

public sealed class SeriesCensusTests
{
    [Theory]
    [InlineData(1, 0)]
    [InlineData(1_000, 0.005)]
    [InlineData(200_000, 0.01)]
    [InlineData(1_000_000, 0.04)]
    public void Series_are_counted_nearly(int series, double error)
    {
        var census = new SeriesCensus();
        for (int round = 0; round < 3; round++)
        {
            See(census, series, seed: 5);
            Assert.InRange(census.Count, series * (1 - error), series * (1 + error));
            Assert.InRange(census.Created, series * (1 - error), series * (1 + error));
            Assert.Equal(0, census.Removed);
            census.Turn();
        }
    }

    [Fact]
    public void A_series_that_does_not_come_for_a_round_is_in_use_no_more()
    {
        var census = new SeriesCensus();
        See(census, 100, seed: 1);
        See(census, 50, seed: 2);
        Assert.Equal(150, census.Count);
        census.Turn();
        See(census, 50, seed: 2);
        Assert.Equal((150, 150, 0), (census.Count, census.Created, census.Removed));
        census.Turn();
        Assert.Equal((50, 150, 100), (census.Count, census.Created, census.Removed));
        See(census, 100, seed: 1);
        Assert.Equal((150, 250, 100), (census.Count, census.Created, census.Removed));
    }

    private static void See(SeriesCensus census, int series, int seed)
    {
        var random = new Random(seed);
        for (int i = 0; i < series; i++)
        {
            census.See((uint)random.Next());
        }
    }
}
