using Xunit.Abstractions;

namespace Agent.Components.Tests.Prometheus.RemoteWrite;

public sealed class OpenBlockCrashTests(ITestOutputHelper output)
{
    private const int Schedules = 100;

    [Fact]
    public void Every_sample_that_was_taken_is_delivered_in_order_wherever_the_process_ends()
    {
        // OPEN_SEED repeats one schedule, OPEN_SCHEDULES runs more of them.
        int first = int.TryParse(Environment.GetEnvironmentVariable("OPEN_SEED"), out int seed) ? seed : 0;
        int count = int.TryParse(Environment.GetEnvironmentVariable("OPEN_SCHEDULES"), out int many) ? many : first > 0 ? 1 : Schedules;
        long delivered = 0;
        long crashes = 0;
        long duplicates = 0;
        for (int at = first; at < first + count; at++)
        {
            using var schedule = new OpenBlockSchedule(at);
            try
            {
                schedule.Run();
            }
            catch
            {
                output.WriteLine($"OPEN_SEED={at}");
                throw;
            }
            delivered += schedule.Delivered;
            crashes += schedule.Crashes;
            duplicates += schedule.Duplicates;
        }
        output.WriteLine($"{count} schedules, {crashes} crashes, {delivered} samples delivered, {duplicates} of them again");
        Assert.True(crashes > count);
    }
}
