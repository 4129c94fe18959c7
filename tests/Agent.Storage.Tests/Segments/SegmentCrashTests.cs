using Xunit.Abstractions;

namespace Agent.Storage.Tests.Segments;

public sealed class SegmentCrashTests(ITestOutputHelper output)
{
    private const int Schedules = 12_000;

    [Fact]
    public void No_crash_at_any_point_loses_or_invents_anything()
    {
        // SEGMENT_SEED repeats one schedule, SEGMENT_SCHEDULES runs more of them.
        int first = int.TryParse(Environment.GetEnvironmentVariable("SEGMENT_SEED"), out int seed) ? seed : 0;
        int count = int.TryParse(Environment.GetEnvironmentVariable("SEGMENT_SCHEDULES"), out int many) ? many : first > 0 ? 1 : Schedules;
        long blocks = 0;
        for (int at = first; at < first + count; at++)
        {
            var schedule = new CrashSchedule(at);
            try
            {
                schedule.Run();
            }
            catch
            {
                output.WriteLine($"SEGMENT_SEED={at}");
                throw;
            }
            blocks += schedule.BlocksChecked;
        }
        output.WriteLine($"{count} schedules, {blocks} blocks read");
        Assert.True(blocks > count);
    }
}
