using System.Buffers.Binary;
using Agent.Components.Prometheus.ExporterUnix;
using Agent.Components.Prometheus.ExporterUnix.Collectors;
using Agent.Sdk.Patterns;
using Agent.Testing;

namespace Agent.Components.Tests.Prometheus.ExporterUnix;

/// <summary>Collectors of files that the golden host does not have.</summary>
public sealed class FileCollectorTests : IDisposable
{
    private readonly DirectoryInfo _host = Directory.CreateTempSubdirectory("host");

    public void Dispose() => _host.Delete(recursive: true);

    [Fact]
    public void Graphics_cards_of_amd_are_reported_and_others_not()
    {
        Write("sys/class/drm/card0/device/uevent", "DRIVER=amdgpu\nPCI_CLASS=30000\n");
        Write("sys/class/drm/card0/device/gpu_busy_percent", "4\n");
        Write("sys/class/drm/card0/device/mem_info_vram_total", "8573157376\n");
        Write("sys/class/drm/card0/device/mem_info_vram_vendor", "samsung\n");
        Write("sys/class/drm/card0/device/unique_id", "0123456789abcdef\n");
        Write("sys/class/drm/card0-DP-1/device/uevent", "DRIVER=amdgpu\n");
        Write("sys/class/drm/card1/device/uevent", "DRIVER=i915\n");

        string text = Scrape("drm");

        Assert.Contains(
            "node_drm_card_info{card=\"card0\",memory_vendor=\"samsung\",power_performance_level=\"\",unique_id=\"0123456789abcdef\",vendor=\"amd\"} 1\n",
            text, StringComparison.Ordinal);
        Assert.Contains("node_drm_gpu_busy_percent{card=\"card0\"} 4\n", text, StringComparison.Ordinal);
        Assert.Contains("node_drm_memory_vram_size_bytes{card=\"card0\"} 8.573157376e+09\n", text, StringComparison.Ordinal);
        Assert.Contains("node_drm_memory_gtt_used_bytes{card=\"card0\"} 0\n", text, StringComparison.Ordinal);
        Assert.DoesNotContain("card1", text, StringComparison.Ordinal);
        Assert.DoesNotContain("DP-1", text, StringComparison.Ordinal);
    }

    [Fact]
    public void Swap_devices_are_reported_in_bytes()
    {
        Write("proc/swaps", "Filename\t\t\t\tType\t\tSize\t\tUsed\t\tPriority\n/dev/zram0                              partition\t8388604\t\t76\t\t-2\n");

        string text = Scrape("swap");

        Assert.Contains("node_swap_size_bytes{device=\"/dev/zram0\",swap_type=\"partition\"} 8.589930496e+09\n", text, StringComparison.Ordinal);
        Assert.Contains("node_swap_used_bytes{device=\"/dev/zram0\",swap_type=\"partition\"} 77824\n", text, StringComparison.Ordinal);
        Assert.Contains("node_swap_priority{device=\"/dev/zram0\",swap_type=\"partition\"} -2\n", text, StringComparison.Ordinal);
    }

    [Fact]
    public void Paths_to_nvme_subsystems_are_counted_by_their_state()
    {
        const string Folder = "sys/class/nvme-subsystem/nvme-subsys0/";
        foreach ((string file, string value) in (ReadOnlySpan<(string, string)>)
            [("subsysnqn", "nqn.x"), ("model", "Store"), ("serial", "SN1"), ("iopolicy", "numa"), ("nvme0n1/size", "1"), ("nvme0c0n1/size", "1"),
            ("nvme0/state", "live"), ("nvme0/transport", "fc"), ("nvme1/state", "deleting (no IO)"), ("nvme1/transport", "tcp"),
            ("nvme2/state", "odd"), ("nvme2/transport", "tcp")])
        {
            Write(Folder + file, value + "\n");
        }

        string text = Scrape("nvmesubsystem");

        Assert.Contains("node_nvmesubsystem_info{iopolicy=\"numa\",model=\"Store\",nqn=\"nqn.x\",serial=\"SN1\",subsystem=\"nvme-subsys0\"} 1\n", text, StringComparison.Ordinal);
        Assert.Contains("node_nvmesubsystem_namespace_info{device=\"nvme0n1\",subsystem=\"nvme-subsys0\"} 1\n", text, StringComparison.Ordinal);
        Assert.DoesNotContain("nvme0c0n1", text, StringComparison.Ordinal);
        Assert.Contains("node_nvmesubsystem_paths{subsystem=\"nvme-subsys0\"} 3\n", text, StringComparison.Ordinal);
        Assert.Contains("node_nvmesubsystem_paths_live{subsystem=\"nvme-subsys0\"} 1\n", text, StringComparison.Ordinal);
        Assert.Contains("controller=\"nvme1\",state=\"deleting\",subsystem=\"nvme-subsys0\",transport=\"tcp\"} 1\n", text, StringComparison.Ordinal);
        Assert.Contains("controller=\"nvme2\",state=\"unknown\",subsystem=\"nvme-subsys0\",transport=\"tcp\"} 1\n", text, StringComparison.Ordinal);
    }

    [Fact]
    public void Services_of_runit_are_read_from_their_status()
    {
        byte[] status = new byte[20];
        BinaryPrimitives.WriteInt64BigEndian(status, (1L << 62) + 10 + 1_700_000_000);
        status[17] = (byte)'u';
        status[19] = 1;
        WriteBytes("service/web/supervise/status", status);
        status[17] = (byte)'d';
        status[19] = 0;
        WriteBytes("service/off/supervise/status", status);
        Write("service/off/down", "");
        Write("service/unsupervised/run", "");

        string text = Scrape("runit", new UnixExporterOptions { Runit = new RunitOptions { ServiceDir = PathOf("service") } });

        Assert.Contains("node_service_state{service=\"web\",supervisor=\"runit\"} 1\n", text, StringComparison.Ordinal);
        Assert.Contains("node_service_desired_state{service=\"web\",supervisor=\"runit\"} 1\n", text, StringComparison.Ordinal);
        Assert.Contains("node_service_normal_state{service=\"off\",supervisor=\"runit\"} 0\n", text, StringComparison.Ordinal);
        Assert.Contains("node_service_state_last_change_timestamp_seconds{service=\"web\",supervisor=\"runit\"} 1.7e+09\n", text, StringComparison.Ordinal);
        Assert.DoesNotContain("unsupervised", text, StringComparison.Ordinal);
    }

    [Fact]
    public void Processors_of_arm_are_described_by_their_features()
    {
        Write(
            "proc/cpuinfo",
            "processor\t: 0\nBogoMIPS\t: 243.75\nFeatures\t: fp asimd aes crc32\nCPU implementer\t: 0x41\nCPU part\t: 0xd0c\n\n"
            + "processor\t: 1\nBogoMIPS\t: 243.75\nFeatures\t: fp asimd aes crc32\nCPU implementer\t: 0x41\nCPU part\t: 0xd0c\n\n");
        Write("proc/stat", "cpu0 1 0 0 0 0 0 0 0 0 0\n");

        string text = Scrape("cpu", new UnixExporterOptions { Cpu = new CpuOptions { Info = true, FlagsInclude = Pattern.Parse("^(aes|fp)$") } });

        Assert.Contains(
            "node_cpu_info{cachesize=\"\",core=\"\",cpu=\"1\",family=\"\",microcode=\"\",model=\"\",model_name=\"\",package=\"\",stepping=\"\",vendor=\"\"} 1\n",
            text, StringComparison.Ordinal);
        Assert.Contains("node_cpu_flag_info{flag=\"aes\"} 1\n", text, StringComparison.Ordinal);
        Assert.DoesNotContain("crc32", text, StringComparison.Ordinal);
        Assert.Equal(2, text.Split("node_cpu_info{").Length - 1);
    }

    [Fact]
    public void Old_arm_kernels_tell_the_model_once_for_all()
    {
        Write(
            "proc/cpuinfo",
            "Processor\t: ARMv7 Processor rev 5 (v7l)\nprocessor\t: 0\nBogoMIPS\t: 38.40\n\nprocessor\t: 1\nBogoMIPS\t: 38.40\n\n"
            + "Features\t: swp half neon\nCPU architecture: 7\n\nHardware\t: Board\n");
        Write("proc/stat", "cpu0 1 0 0 0 0 0 0 0 0 0\n");

        string text = Scrape("cpu", new UnixExporterOptions { Cpu = new CpuOptions { FlagsInclude = Pattern.Parse("neon") } });

        Assert.Equal(2, text.Split("model_name=\"ARMv7 Processor rev 5 (v7l)\"").Length - 1);
        Assert.Contains("node_cpu_flag_info{flag=\"neon\"} 1\n", text, StringComparison.Ordinal);
    }

    [Fact]
    public void Transports_over_datagrams_lack_what_connections_have()
    {
        Write("proc/self/mountstats", Mountstats("udp 832 1 6428 6427 0 12154 9 24 26 5726"));
        Write("proc/self/mountinfo", "1 1 0:5 / / rw - nfs s:/x rw,addr=192.0.2.1\n");

        string text = Scrape("mountstats");

        const string Labels = "{export=\"s:/x\",mountaddr=\"192.0.2.1\",protocol=\"udp\",transport=\"0\"} ";
        Assert.Contains($"node_mountstats_nfs_transport_bind_total{Labels}1\n", text, StringComparison.Ordinal);
        Assert.Contains($"node_mountstats_nfs_transport_connect_total{Labels}0\n", text, StringComparison.Ordinal);
        Assert.Contains($"node_mountstats_nfs_transport_receives_total{Labels}6427\n", text, StringComparison.Ordinal);
        Assert.Contains($"node_mountstats_nfs_transport_pending_queue_total{Labels}5726\n", text, StringComparison.Ordinal);
    }

    [Fact]
    public void A_transport_nobody_knows_is_an_error()
    {
        Write("proc/self/mountstats", Mountstats("tcp 1 2 3"));
        Write("proc/self/mountinfo", "1 1 0:5 / / rw - nfs s:/x rw\n");

        Scrape("mountstats", new UnixExporterOptions(), out IReadOnlyList<CollectorFailure> failures);

        Assert.Equal("cannot read mountstats: 3 numbers of a transport over tcp", Assert.Single(failures).Error);
    }

    [Fact]
    public void Entries_of_devices_without_arp_do_not_count()
    {
        Assert.Equal(4u, ArpCollector.DeviceOf([2, 0, 0, 0, 4, 0, 0, 0, 2, 0, 0, 1]));
        Assert.Null(ArpCollector.DeviceOf([2, 0, 0, 0, 4, 0, 0, 0, 0x40, 0, 0, 1]));
        Assert.Null(ArpCollector.DeviceOf([10, 0, 0, 0, 4, 0, 0, 0, 2, 0, 0, 1]));

        Scrape("arp", new UnixExporterOptions { Arp = new ArpOptions { Netlink = true } }, out IReadOnlyList<CollectorFailure> failures);
        Assert.Empty(failures);
    }

    private static string Mountstats(string transport) =>
        "device s:/x mounted on / with fstype nfs statvers=1.1\n\tage:\t5\n"
        + $"\tevents:\t{string.Join(' ', Enumerable.Repeat(0, 27))}\n\tbytes:\t0 0 0 0 0 0 0 0\n\txprt:\t{transport}\n\tper-op statistics\n"
        + "\t        NULL: 0 0 0 0 0 0 0 0\n\n";

    private string Scrape(string collector, UnixExporterOptions? options = null)
    {
        string text = Scrape(collector, options ?? new UnixExporterOptions(), out IReadOnlyList<CollectorFailure> failures);
        Assert.Empty(failures);
        return text;
    }

    private string Scrape(string collector, UnixExporterOptions options, out IReadOnlyList<CollectorFailure> failures)
    {
        var settings = new CollectorSettings
        {
            Options = options with
            {
                SetCollectors = [collector],
                ProcfsPath = PathOf("proc"),
                SysfsPath = PathOf("sys"),
                RootfsPath = PathOf("root"),
            },
        };
        using var output = new FamilyWriter();
        using CollectorSet set = CollectorCatalog.Create(settings, new FakeTimeProvider());
        failures = set.Scrape(output);
        return NodeFixtures.Text(output);
    }

    private string PathOf(string relative) => Path.Combine(_host.FullName, relative);

    private void Write(string relative, string text) => WriteBytes(relative, System.Text.Encoding.UTF8.GetBytes(text));

    private void WriteBytes(string relative, byte[] bytes)
    {
        string path = PathOf(relative);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllBytes(path, bytes);
    }
}
