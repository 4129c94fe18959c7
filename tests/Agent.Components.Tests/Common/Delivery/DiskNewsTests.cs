using Agent.Components.Common.Delivery;
using Agent.Testing;

namespace Agent.Components.Tests.Common.Delivery;

public sealed class DiskNewsTests : IDisposable
{
    private readonly FakeTimeProvider _time = new();
    private readonly List<string> _told = [];
    private readonly DiskNews _news;

    public DiskNewsTests() => _news = new DiskNews(_time, _told.Add, () => _told.Add("back"));

    [Fact]
    public void A_failure_is_told_at_once_and_its_end_when_it_has_lasted()
    {
        _news.Changed("full");
        Assert.Equal(["full"], _told);

        _news.Changed(null);
        _time.Advance(DiskNews.Steady - TimeSpan.FromSeconds(1));
        Assert.Equal(["full"], _told);

        _time.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal(["full", "back"], _told);
    }

    [Fact]
    public void A_disk_that_fails_and_recovers_each_second_is_told_once()
    {
        for (int i = 0; i < 600; i++)
        {
            _news.Changed("full");
            _time.Advance(TimeSpan.FromSeconds(1));
            _news.Changed(null);
            _time.Advance(TimeSpan.FromSeconds(1));
        }
        Assert.Equal(["full"], _told);

        _time.Advance(DiskNews.Steady);
        Assert.Equal(["full", "back"], _told);
    }

    [Fact]
    public void After_its_end_the_next_failure_is_news_again()
    {
        _news.Changed("full");
        _news.Changed(null);
        _time.Advance(DiskNews.Steady);

        _news.Changed("gone");
        _time.Advance(TimeSpan.FromHours(1));

        Assert.Equal(["full", "back", "gone"], _told);
    }

    [Fact]
    public void A_disk_that_works_from_the_start_is_no_news()
    {
        _news.Changed(null);
        _time.Advance(TimeSpan.FromHours(1));

        Assert.Empty(_told);
    }

    [Fact]
    public void Nothing_is_told_after_the_end()
    {
        _news.Changed("full");
        _news.Changed(null);
        _news.Dispose();
        _time.Advance(TimeSpan.FromHours(1));

        Assert.Equal(["full"], _told);
    }

    public void Dispose() => _news.Dispose();
}
