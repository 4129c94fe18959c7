using System.Text;
using Agent.Components.Prometheus.Scrape;
using Agent.Telemetry;
using Agent.Telemetry.Metrics;
using SeriesCache = Agent.Components.Prometheus.Scrape.SeriesCache;

namespace Agent.Components.Tests.Prometheus.Scrape;

public sealed class SeriesCacheTests
{
    [Fact]
    public void Series_that_never_come_again_do_not_pile_up()
    {
        using var cache = new SeriesCache();
        List<MetricSeries> gone = [];
        int ended = 0;
        for (int scrape = 0; scrape < 200; scrape++)
        {
            cache.Begin();
            for (int i = 0; i < 100; i++)
            {
                // Five of a hundred are new each time.
                string text = $"requests{{pod=\"{(i < 5 ? scrape : 0)}-{i}\"}}";
                byte[] utf8 = Encoding.UTF8.GetBytes(text);
                ref ScrapedSeries known = ref cache.Find(utf8, out bool found);
                if (found)
                {
                    Assert.True(cache.See(ref known));
                    cache.Track(ref known);
                }
                else
                {
                    cache.Add(utf8, new MetricSeries(LabelSet.Empty.With("__name__", text)), track: true);
                }
            }
            gone.Clear();
            cache.Succeed(gone);
            ended += gone.Count;
            Assert.InRange(cache.Count, 100, 100 + 20);
        }
        Assert.Equal(199 * 5, ended);
    }
}
