using Agent.Sdk.Memory;
using Agent.Sdk.Metrics;

namespace Agent.Runtime.SelfMetrics;

/// <summary>What the byte budget of the process is, and what keeping to it costs.</summary>
public static class MemoryMetrics
{
    public static void Register(MetricScope scope, Func<MemoryState> state)
    {
        scope.ObservedGauge(
            "invar_memory_budget_bytes", "Memory that the process keeps to; 0 where there is no limit.", () => state().BudgetBytes);
        scope.ObservedGauge(
            "invar_memory_used_bytes", "Memory in use that counts against the budget: all but pages of files.", () => state().UsedBytes);
        scope.ObservedGauge(
            "invar_memory_pressure", "1 while sources pause reading because memory in use is near the budget.", () => state().Paused ? 1 : 0);
        scope.ObservedCounter(
            "invar_memory_paused_seconds_total", "Time for which sources paused reading because memory in use was near the budget.",
            () => state().PausedSeconds);
    }
}
