namespace Agent.Components.Prometheus.ExporterUnix.Collectors;

/// <summary>Memory errors that were corrected or not, from /sys/devices/system/edac/mc.</summary>
internal sealed class EdacCollector : IUnixCollector
{
    private const string ChannelSuffix = "_ce_count";
    private static readonly Family Correctable = Family.Counter(
        "node_edac_correctable_errors_total", "Total correctable memory errors.", "controller");
    private static readonly Family Uncorrectable = Family.Counter(
        "node_edac_uncorrectable_errors_total", "Total uncorrectable memory errors.", "controller");
    private static readonly Family RowCorrectable = Family.Counter(
        "node_edac_csrow_correctable_errors_total", "Total correctable memory errors for this csrow.", "controller", "csrow");
    private static readonly Family RowUncorrectable = Family.Counter(
        "node_edac_csrow_uncorrectable_errors_total", "Total uncorrectable memory errors for this csrow.", "controller", "csrow");
    private static readonly Family ChannelCorrectable = Family.Counter(
        "node_edac_channel_correctable_errors_total", "Total correctable memory errors for this channel.",
        "controller", "csrow", "channel", "dimm_label");
    private static readonly Family ChannelUncorrectable = Family.Counter(
        "node_edac_channel_uncorrectable_errors_total", "Total uncorrectable memory errors for this channel.",
        "controller", "csrow", "channel", "dimm_label");

    public void Collect(CollectorScrape scrape)
    {
        string folder = scrape.Files.Sys("devices/system/edac/mc");
        FamilyWriter output = scrape.Output;
        foreach (string name in scrape.Files.Names(folder, "mc"))
        {
            string controller = name[2..];
            if (controller.Length == 0 || !char.IsAsciiDigit(controller[0]))
            {
                continue;
            }
            string path = scrape.Names.Path(folder, name);
            output.Write(Correctable, HostFiles.RequiredNumber(path, "ce_count"), controller);
            output.Write(RowCorrectable, HostFiles.RequiredNumber(path, "ce_noinfo_count"), controller, "unknown");
            output.Write(Uncorrectable, HostFiles.RequiredNumber(path, "ue_count"), controller);
            output.Write(RowUncorrectable, HostFiles.RequiredNumber(path, "ue_noinfo_count"), controller, "unknown");
            foreach (string row in scrape.Files.Names(path, "csrow"))
            {
                Row(scrape.Names.Path(path, row), (controller, row["csrow".Length..]), scrape);
            }
        }
    }

    private static void Row(string path, (string Controller, string Row) at, CollectorScrape scrape)
    {
        FamilyWriter output = scrape.Output;
        output.Write(RowCorrectable, HostFiles.RequiredNumber(path, "ce_count"), at.Controller, at.Row);
        output.Write(RowUncorrectable, HostFiles.RequiredNumber(path, "ue_count"), at.Controller, at.Row);
        foreach (string file in scrape.Files.Names(path, "ch"))
        {
            if (!file.EndsWith(ChannelSuffix, StringComparison.Ordinal))
            {
                continue;
            }
            string channel = file[2..^ChannelSuffix.Length];
            string label = Label(HostFiles.Text(path, $"ch{channel}_dimm_label", scrape.Names));
            output.Write(
                ChannelCorrectable, HostFiles.RequiredNumber(path, file), at.Controller, at.Row, channel, label);
            if (HostFiles.Number(path, $"ch{channel}_ue_count") is { } errors)
            {
                output.Write(ChannelUncorrectable, errors, at.Controller, at.Row, channel, label);
            }
        }
    }

    /// <summary>The kernel's "mc#0csrow#1channel#0" becomes "mc0_csrow1_channel0".</summary>
    private static string Label(string? text) => text is null
        ? "unknown"
        : text.Replace("#", "", StringComparison.Ordinal)
            .Replace("csrow", "_csrow", StringComparison.Ordinal)
            .Replace("channel", "_channel", StringComparison.Ordinal);
}
