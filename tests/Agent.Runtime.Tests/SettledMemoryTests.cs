using Agent.Runtime.Tests.Graph;

namespace Agent.Runtime.Tests;

public sealed class SettledMemoryTests
{
    [Fact]
    public async Task Memory_is_given_back_once_the_last_of_several_loads_has_settled()
    {
        await using var runtime = new TestRuntime();
        int collections = 0;
        using (new SettledMemory(runtime.Agent, runtime.Time, () => 100, () => collections++))
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
    public async Task What_piles_up_later_is_given_back_when_it_is_a_fifth()
    {
        await using var runtime = new TestRuntime();
        int collections = 0;
        long resident = 150;
        using var memory = new SettledMemory(runtime.Agent, runtime.Time, () => resident, () =>
        {
            collections++;
            resident = 100;
        });
        await runtime.LoadAsync("");
        runtime.Time.Advance(TimeSpan.FromSeconds(75));
        Assert.Equal(1, collections);
        resident = 120;
        runtime.Time.Advance(TimeSpan.FromMinutes(5));
        Assert.Equal(1, collections);
        resident = 121;
        runtime.Time.Advance(TimeSpan.FromMinutes(5));
        Assert.Equal(2, collections);
        runtime.Time.Advance(TimeSpan.FromHours(1));
        Assert.Equal(2, collections);
    }
}
