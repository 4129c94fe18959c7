using Agent.Runtime.Tests.Graph;

namespace Agent.Runtime.Tests;

public sealed class SettledMemoryTests
{
    [Fact]
    public async Task Memory_is_given_back_once_the_last_of_several_loads_has_settled()
    {
        await using var runtime = new TestRuntime();
        int collections = 0;
        using (new SettledMemory(runtime.Agent, runtime.Time, () => 100 << 20, () => collections++))
        {
            await runtime.LoadAsync("");
            runtime.Time.Advance(TimeSpan.FromSeconds(60));
            await runtime.LoadAsync("// changed");
            runtime.Time.Advance(TimeSpan.FromSeconds(60));
            Assert.Equal(0, collections);
            await runtime.LoadAsync("broken {");
            runtime.Time.Advance(TimeSpan.FromSeconds(15));
            Assert.Equal(1, collections);
            runtime.Time.Advance(TimeSpan.FromHours(1));
            Assert.Equal(1, collections);
            await runtime.LoadAsync("// again");
        }
        runtime.Time.Advance(TimeSpan.FromHours(1));
        Assert.Equal(1, collections);
    }

    [Fact]
    public async Task What_a_load_brings_up_is_given_back_soon_where_it_is_half_of_what_there_was()
    {
        await using var runtime = new TestRuntime();
        int collections = 0;
        long resident = 30 << 20;
        using var memory = new SettledMemory(runtime.Agent, runtime.Time, () => resident, () =>
        {
            collections++;
            resident = 40 << 20;
        });
        await runtime.LoadAsync("");
        resident = 45 << 20;
        runtime.Time.Advance(TimeSpan.FromSeconds(20));
        Assert.Equal(0, collections);
        resident = 46 << 20;
        runtime.Time.Advance(TimeSpan.FromSeconds(10));
        Assert.Equal(1, collections);
        resident = 60 << 20;
        runtime.Time.Advance(TimeSpan.FromSeconds(30));
        Assert.Equal(1, collections);
        runtime.Time.Advance(TimeSpan.FromSeconds(15));
        Assert.Equal(2, collections);
    }

    [Theory]
    [InlineData(96, 12)]
    [InlineData(16, 4)]
    public async Task What_piles_up_later_is_given_back_when_it_is_an_eighth_and_not_little(int settled, int allowed)
    {
        await using var runtime = new TestRuntime();
        int collections = 0;
        long resident = 150 << 20;
        using var memory = new SettledMemory(runtime.Agent, runtime.Time, () => resident, () =>
        {
            collections++;
            resident = settled << 20;
        });
        await runtime.LoadAsync("");
        runtime.Time.Advance(TimeSpan.FromSeconds(75));
        Assert.Equal(1, collections);
        resident = (settled + allowed) << 20;
        runtime.Time.Advance(TimeSpan.FromMinutes(5));
        Assert.Equal(1, collections);
        resident++;
        runtime.Time.Advance(TimeSpan.FromSeconds(10));
        Assert.Equal(2, collections);
        runtime.Time.Advance(TimeSpan.FromHours(1));
        Assert.Equal(2, collections);
    }

    [Fact]
    public async Task A_collection_that_took_long_is_not_soon_followed_by_another()
    {
        await using var runtime = new TestRuntime();
        int collections = 0;
        long resident = 100 << 20;
        using var memory = new SettledMemory(runtime.Agent, runtime.Time, () => resident, () =>
        {
            collections++;
            resident = 100 << 20;
            runtime.Time.Advance(TimeSpan.FromMilliseconds(100));
        });
        await runtime.LoadAsync("");
        runtime.Time.Advance(TimeSpan.FromSeconds(75));
        Assert.Equal(1, collections);
        resident = 200 << 20;
        runtime.Time.Advance(TimeSpan.FromSeconds(39));
        Assert.Equal(1, collections);
        runtime.Time.Advance(TimeSpan.FromSeconds(11));
        Assert.Equal(2, collections);
    }
}
