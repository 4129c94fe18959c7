namespace Agent.Components.Prometheus.ExporterUnix.Perf;

/// <summary>Something that the kernel counts: type and number as in linux/perf_event.h, the name that options use, and its family.</summary>
internal sealed record PerfEvent(uint Type, ulong Config, string Name, Family Family);

/// <summary>The events by the kind of profiler that counts them.</summary>
internal static class PerfEvents
{
    public const uint TracePoint = 2;
    private const uint HardwareType = 0;
    private const uint SoftwareType = 1;
    private const uint CacheType = 3;

    // A cache's number, plus what is done in the second byte and how it ends in the third.
    private const ulong Write = 1 << 8;
    private const ulong Miss = 1 << 16;
    private const ulong Level1Instructions = 1;
    private const ulong LastLevel = 2;
    private const ulong DataTlb = 3;
    private const ulong InstructionTlb = 4;
    private const ulong Branches = 5;

    public static IReadOnlyList<PerfEvent> Hardware { get; } =
    [
        Of(HardwareType, 0, "CpuCycles", "cpucycles_total", "Number of CPU cycles (frequency scaled)"),
        Of(HardwareType, 1, "CpuInstr", "instructions_total", "Number of CPU instructions"),
        Of(HardwareType, 2, "CacheRef", "cache_refs_total", "Number of cache references (non frequency scaled)"),
        Of(HardwareType, 3, "CacheMisses", "cache_misses_total", "Number of cache misses"),
        Of(HardwareType, 4, "BranchInstr", "branch_instructions_total", "Number of CPU branch instructions"),
        Of(HardwareType, 5, "BranchMisses", "branch_misses_total", "Number of CPU branch misses"),
        Of(HardwareType, 7, "StalledCyclesFrontend", "stalled_cycles_frontend_total", "Number of stalled frontend CPU cycles"),
        Of(HardwareType, 8, "StalledCyclesBackend", "stalled_cycles_backend_total", "Number of stalled backend CPU cycles"),
        Of(HardwareType, 9, "RefCpuCycles", "ref_cpucycles_total", "Number of CPU cycles"),
    ];

    public static IReadOnlyList<PerfEvent> Software { get; } =
    [
        Of(SoftwareType, 2, "PageFault", "page_faults_total", "Number of page faults"),
        Of(SoftwareType, 3, "ContextSwitch", "context_switches_total", "Number of context switches"),
        Of(SoftwareType, 4, "CpuMigration", "cpu_migrations_total", "Number of CPU process migrations"),
        Of(SoftwareType, 5, "MinorFault", "minor_faults_total", "Number of minor page faults"),
        Of(SoftwareType, 6, "MajorFault", "major_faults_total", "Number of major page faults"),
    ];

    public static IReadOnlyList<PerfEvent> Cache { get; } =
    [
        Of(CacheType, 0, "L1DataReadHit", "cache_l1d_read_hits_total", "Number L1 data cache read hits"),
        Of(CacheType, Miss, "L1DataReadMiss", "cache_l1d_read_misses_total", "Number L1 data cache read misses"),
        Of(CacheType, Write, "L1DataWriteHit", "cache_l1d_write_hits_total", "Number L1 data cache write hits"),
        Of(
            CacheType, Level1Instructions | Miss, "L1InstrReadMiss", "cache_l1_instr_read_misses_total",
            "Number instruction L1 instruction read misses"),
        Of(CacheType, LastLevel, "LLReadHit", "cache_ll_read_hits_total", "Number last level read hits"),
        Of(CacheType, LastLevel | Miss, "LLReadMiss", "cache_ll_read_misses_total", "Number last level read misses"),
        Of(CacheType, LastLevel | Write, "LLWriteHit", "cache_ll_write_hits_total", "Number last level write hits"),
        Of(CacheType, LastLevel | Write | Miss, "LLWriteMiss", "cache_ll_write_misses_total", "Number last level write misses"),
        Of(CacheType, DataTlb, "DataTLBReadHit", "cache_tlb_data_read_hits_total", "Number of data TLB read hits"),
        Of(CacheType, DataTlb | Miss, "DataTLBReadMiss", "cache_tlb_data_read_misses_total", "Number of data TLB read misses"),
        Of(CacheType, DataTlb | Write, "DataTLBWriteHit", "cache_tlb_data_write_hits_total", "Number of data TLB write hits"),
        Of(CacheType, DataTlb | Write | Miss, "DataTLBWriteMiss", "cache_tlb_data_write_misses_total", "Number of data TLB write misses"),
        Of(CacheType, InstructionTlb, "InstrTLBReadHit", "cache_tlb_instr_read_hits_total", "Number instruction TLB read hits"),
        Of(CacheType, InstructionTlb | Miss, "InstrTLBReadMiss", "cache_tlb_instr_read_misses_total", "Number instruction TLB read misses"),
        Of(CacheType, Branches, "BPUReadHit", "cache_bpu_read_hits_total", "Number BPU read hits"),
        Of(CacheType, Branches | Miss, "BPUReadMiss", "cache_bpu_read_misses_total", "Number BPU read misses"),
    ];

    /// <summary>A place in the kernel's code that can be counted, written subsystem:event.</summary>
    public static PerfEvent OfTracePoint(string name, ulong number) => new(
        TracePoint, number, name,
        Family.Counter("node_perf_" + name.Replace(':', '_'), "Perf tracepoint " + name, "cpu"));

    private static PerfEvent Of(uint type, ulong config, string name, string metric, string help) =>
        new(type, config, name, Family.Counter("node_perf_" + metric, help, "cpu"));
}
