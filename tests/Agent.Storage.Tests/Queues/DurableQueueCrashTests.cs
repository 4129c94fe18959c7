using Xunit.Abstractions;

namespace Agent.Storage.Tests.Queues;

public sealed class DurableQueueCrashTests(ITestOutputHelper output)
{
    private const int Schedules = 10_000;

    [Fact]
    public void Every_endpoint_gets_everything_in_order_whatever_crashes_and_fails()
    {
        // QUEUE_SEED repeats one schedule, QUEUE_SCHEDULES runs more of them.
        int first = int.TryParse(Environment.GetEnvironmentVariable("QUEUE_SEED"), out int seed) ? seed : 0;
        int count = int.TryParse(Environment.GetEnvironmentVariable("QUEUE_SCHEDULES"), out int many) ? many : first > 0 ? 1 : Schedules;
        long delivered = 0;
        long crashes = 0;
        for (int at = first; at < first + count; at++)
        {
            using var schedule = new QueueSchedule(at);
            try
            {
                schedule.Run();
            }
            catch
            {
                output.WriteLine($"QUEUE_SEED={at}");
                throw;
            }
            delivered += schedule.Delivered;
            crashes += schedule.Crashes;
        }
        output.WriteLine($"{count} schedules, {crashes} crashes, {delivered} blocks delivered");
        Assert.True(crashes > count);
    }
}
