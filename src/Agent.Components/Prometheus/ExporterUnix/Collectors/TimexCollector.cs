namespace Agent.Components.Prometheus.ExporterUnix.Collectors;

/// <summary>The kernel's clock discipline, from adjtimex(2).</summary>
internal sealed class TimexCollector : IUnixCollector
{
    private const int TimeError = 5;
    private const int NanosecondStatus = 0x2000;
    private const double Nano = 1_000_000_000;
    private const double Micro = 1_000_000;

    // Frequencies are parts per million with 16 bits of fraction.
    private const double PartsPerMillion = 1_000_000.0 * 65_536.0;

    private static readonly Family SyncStatus = Gauge("sync_status", "Is clock synchronized to a reliable server (1 = yes, 0 = no).");
    private static readonly Family Offset = Gauge("offset_seconds", "Time offset in between local system and reference clock.");
    private static readonly Family Frequency = Gauge("frequency_adjustment_ratio", "Local clock frequency adjustment.");
    private static readonly Family MaxError = Gauge("maxerror_seconds", "Maximum error in seconds.");
    private static readonly Family EstimatedError = Gauge("estimated_error_seconds", "Estimated error in seconds.");
    private static readonly Family Status = Gauge("status", "Value of the status array bits.");
    private static readonly Family Constant = Gauge("loop_time_constant", "Phase-locked loop time constant.");
    private static readonly Family Tick = Gauge("tick_seconds", "Seconds between clock ticks.");
    private static readonly Family PpsFrequency = Gauge("pps_frequency_hertz", "Pulse per second frequency.");
    private static readonly Family PpsJitter = Gauge("pps_jitter_seconds", "Pulse per second jitter.");
    private static readonly Family PpsShift = Gauge("pps_shift_seconds", "Pulse per second interval duration.");
    private static readonly Family PpsStability = Gauge(
        "pps_stability_hertz", "Pulse per second stability, average of recent frequency changes.");
    private static readonly Family JitterCount = Counter(
        "pps_jitter_total", "Pulse per second count of jitter limit exceeded events.");
    private static readonly Family CalibrationCount = Counter(
        "pps_calibration_total", "Pulse per second count of calibration intervals.");
    private static readonly Family ErrorCount = Counter("pps_error_total", "Pulse per second count of calibration errors.");
    private static readonly Family StabilityCount = Counter(
        "pps_stability_exceeded_total", "Pulse per second count of stability limit exceeded events.");
    private static readonly Family Tai = Gauge("tai_offset_seconds", "International Atomic Time (TAI) offset.");

    public void Collect(CollectorScrape scrape)
    {
        var timex = default(HostCalls.Timex);
        int state = HostCalls.Adjtimex(ref timex);
        if (state < 0)
        {
            scrape.NoData("the kernel does not let this process read its clock discipline");
            return;
        }
        FamilyWriter output = scrape.Output;
        double divisor = (timex.Status & NanosecondStatus) != 0 ? Nano : Micro;
        output.Write(SyncStatus, state == TimeError ? 0 : 1);
        output.Write(Offset, timex.Offset / divisor);
        output.Write(Frequency, 1 + (timex.Frequency / PartsPerMillion));
        output.Write(MaxError, timex.MaxError / Micro);
        output.Write(EstimatedError, timex.EstimatedError / Micro);
        output.Write(Status, timex.Status);
        output.Write(Constant, timex.Constant);
        output.Write(Tick, timex.Tick / Micro);
        output.Write(PpsFrequency, timex.PpsFrequency / PartsPerMillion);
        output.Write(PpsJitter, timex.PpsJitter / divisor);
        output.Write(PpsShift, timex.PpsShift);
        output.Write(PpsStability, timex.PpsStability / PartsPerMillion);
        output.Write(JitterCount, timex.PpsJitterCount);
        output.Write(CalibrationCount, timex.PpsCalibrationCount);
        output.Write(ErrorCount, timex.PpsErrorCount);
        output.Write(StabilityCount, timex.PpsStabilityExceeded);
        output.Write(Tai, timex.Tai);
    }

    private static Family Gauge(string name, string help) => Family.Gauge("node_timex_" + name, help);

    private static Family Counter(string name, string help) => Family.Counter("node_timex_" + name, help);
}
