namespace Agent.EndToEnd.Torture.Modules;

/// <summary>The judge of the torture test finds what it is there to find.</summary>
public sealed class ResourceSampleTests
{
    private const long Mebibyte = 1 << 20;

    [Theory]
    [InlineData(60, 40, 20, "")]
    [InlineData(71, 44, 25, "")]
    [InlineData(73, 40, 20, "memory")]
    [InlineData(60, 45, 20, "file descriptors")]
    [InlineData(60, 40, 26, "threads")]
    [InlineData(30, 10, 10, "")]
    public void Growth_beyond_the_slack_is_told(long mebibytes, int files, int threads, string what)
    {
        var early = new ResourceSample(60 * Mebibyte, 40, 20);

        string[] grown = [.. ResourceSample.Growth(early, new ResourceSample(mebibytes * Mebibyte, files, threads))];

        Assert.Equal(what.Length == 0 ? 0 : 1, grown.Length);
        Assert.All(grown, text => Assert.StartsWith(what + " grew", text, StringComparison.Ordinal));
    }

    [Fact]
    public void The_median_leaves_out_a_single_high_sample()
    {
        ResourceSample[] samples = [new(5, 3, 9), new(4, 900, 8), new(1_000, 2, 7)];

        Assert.Equal(new ResourceSample(5, 3, 8), ResourceSample.Median(samples));
    }

    [Fact]
    public void A_sample_counts_what_the_process_has_open()
    {
        int before = ResourceSample.Of(Environment.ProcessId).Files;
        FileStream[] opened = [.. Enumerable.Range(0, 50).Select(static _ => File.OpenRead("/dev/null"))];

        int after = ResourceSample.Of(Environment.ProcessId).Files;

        Assert.All(opened, static file => file.Dispose());
        Assert.InRange(after, before + 25, int.MaxValue);
    }
}
