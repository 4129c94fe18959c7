using System.Runtime.InteropServices;
using Agent.Sdk.Metrics;

namespace Agent.Runtime.SelfMetrics;

/// <summary>What the process and the machine use, under Alloy's names.</summary>
/// <remarks>
/// The <c>go_*</c> names stand for the nearest thing that this runtime has, so that panels made for Alloy stay filled: threads for
/// goroutines, the managed heap for Go's, collections for collections.
/// </remarks>
public static class ProcessMetrics
{
    public static void Register(MetricScope scope, string version)
    {
        scope.Gauge(
            "alloy_build_info", "A metric with a constant '1' value labeled by version and platform.",
            ("version", version), ("goversion", RuntimeInformation.FrameworkDescription),
            ("goos", OperatingSystem.IsLinux() ? "linux" : "other"), ("goarch", GoArchitecture())).Set(1);
        RegisterProcess(scope);
        RegisterMachine(scope);
        RegisterRuntime(scope);
    }

    private static void RegisterProcess(MetricScope scope)
    {
        scope.ObservedCounter(
            "alloy_resources_process_cpu_seconds_total", "Total user and system CPU time spent in seconds.",
            static () => Environment.CpuUsage.TotalTime.TotalSeconds);
        scope.ObservedGauge(
            "alloy_resources_process_resident_memory_bytes", "Current resident memory size in bytes.",
            static () => ProcFiles.StatusBytes("VmRSS:"));
        scope.ObservedGauge(
            "alloy_resources_process_virtual_memory_bytes", "Current virtual memory size in bytes.",
            static () => ProcFiles.StatusBytes("VmSize:"));
        double started = ProcFiles.StartTimeSeconds();
        scope.Gauge(
            "alloy_resources_process_start_time_seconds", "Start time of the process since unix epoch in seconds.").Set(started);
    }

    private static void RegisterMachine(MetricScope scope)
    {
        scope.ObservedCounter(
            "alloy_resources_machine_rx_bytes_total", "Total bytes, host-wide, received across all network interfaces.",
            static () => ProcFiles.NetworkBytes().Received);
        scope.ObservedCounter(
            "alloy_resources_machine_tx_bytes_total", "Total bytes, host-wide, sent across all network interfaces.",
            static () => ProcFiles.NetworkBytes().Sent);
    }

    private static void RegisterRuntime(MetricScope scope)
    {
        scope.ObservedGauge("go_goroutines", "Threads of the process.", static () => ProcFiles.StatusNumber("Threads:"));
        scope.ObservedGauge(
            "go_memstats_heap_inuse_bytes", "Bytes of the managed heap.", static () => GC.GetGCMemoryInfo().HeapSizeBytes);
        scope.ObservedCounter(
            "go_gc_duration_seconds_count", "Garbage collections of all generations.",
            static () => GC.CollectionCount(0));
    }

    private static string GoArchitecture() => RuntimeInformation.ProcessArchitecture switch
    {
        Architecture.X64 => "amd64",
        Architecture.Arm64 => "arm64",
        _ => "other",
    };
}
