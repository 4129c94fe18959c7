namespace Agent.Components.Prometheus.ExporterUnix.Collectors;

/// <summary>Graphics cards of AMD, from /sys/class/drm. Files that a card does not have count as 0.</summary>
internal sealed class DrmCollector : IUnixCollector
{
    private const int NameLength = 5;
    private static readonly Family Info = Family.Gauge(
        "node_drm_card_info", "Card information", "card", "memory_vendor", "power_performance_level", "unique_id", "vendor");
    private static readonly (string File, Family Family)[] Numbers =
    [
        ("gpu_busy_percent", Of("gpu_busy_percent", "How busy the GPU is as a percentage.")),
        ("mem_info_gtt_total", Of("memory_gtt_size_bytes", "The size of the graphics translation table (GTT) block in bytes.")),
        ("mem_info_gtt_used", Of("memory_gtt_used_bytes", "The used amount of the graphics translation table (GTT) block in bytes.")),
        ("mem_info_vis_vram_total", Of("memory_vis_vram_size_bytes", "The size of visible VRAM in bytes.")),
        ("mem_info_vis_vram_used", Of("memory_vis_vram_used_bytes", "The used amount of visible VRAM in bytes.")),
        ("mem_info_vram_total", Of("memory_vram_size_bytes", "The size of VRAM in bytes.")),
        ("mem_info_vram_used", Of("memory_vram_used_bytes", "The used amount of VRAM in bytes.")),
    ];

    public void Collect(CollectorScrape scrape)
    {
        string root = scrape.Files.Sys("class/drm");
        foreach (string card in HostFiles.List(root, "card"))
        {
            string folder = Path.Join(root, card, "device");
            // Connectors (card0-DP-1) stand among the cards.
            if (card.Length != NameLength || !char.IsAsciiDigit(card[^1])
                || HostFiles.Text(Path.Join(folder, "uevent"))?.Contains("DRIVER=amdgpu", StringComparison.Ordinal) != true)
            {
                continue;
            }
            string Text(string file) => HostFiles.Text(Path.Join(folder, file)) ?? "";
            scrape.Output.Write(
                Info, 1, card, Text("mem_info_vram_vendor"), Text("power_dpm_force_performance_level"), Text("unique_id"), "amd");
            foreach ((string file, Family family) in Numbers)
            {
                scrape.Output.Write(family, HostFiles.Number(Path.Join(folder, file)) ?? 0, card);
            }
        }
    }

    private static Family Of(string name, string help) => Family.Gauge("node_drm_" + name, help, "card");
}
