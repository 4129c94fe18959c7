namespace Agent.Components.Prometheus.ExporterUnix.Collectors;

/// <summary>Fibre Channel host adapters, from /sys/class/fc_host.</summary>
internal sealed class FibrechannelCollector : IUnixCollector
{
    // What firmware answers for a counter that it does not have (all bits set).
    private const double NotImplemented = -1;
    private static readonly Family Info = Family.Gauge(
        "node_fibrechannel_info", "Non-numeric data from /sys/class/fc_host/<host>, value is always 1.",
        "fc_host", "speed", "port_state", "port_type", "port_id", "port_name", "fabric_name", "symbolic_name", "supported_classes",
        "supported_speeds", "dev_loss_tmo");
    private static readonly (string File, Family Family)[] Counters =
    [
        ("dumped_frames", Of("dumped_frames_total", "Number of dumped frames")),
        ("error_frames", Of("error_frames_total", "Number of errors in frames")),
        ("invalid_crc_count", Of("invalid_crc_total", "Invalid Cyclic Redundancy Check count")),
        ("rx_frames", Of("rx_frames_total", "Number of frames received")),
        ("rx_words", Of("rx_words_total", "Number of words received by host port")),
        ("tx_frames", Of("tx_frames_total", "Number of frames transmitted by host port")),
        ("tx_words", Of("tx_words_total", "Number of words transmitted by host port")),
        ("seconds_since_last_reset", Of("seconds_since_last_reset_total", "Number of seconds since last host port reset")),
        ("invalid_tx_word_count", Of("invalid_tx_words_total", "Number of invalid words transmitted by host port")),
        ("link_failure_count", Of("link_failure_total", "Number of times the host port link has failed")),
        ("loss_of_sync_count", Of("loss_of_sync_total", "Number of failures on either bit or transmission word boundaries")),
        ("loss_of_signal_count", Of("loss_of_signal_total", "Number of times signal has been lost")),
        ("nos_count", Of("nos_total", "Number Not_Operational Primitive Sequence received by host port")),
        ("fcp_packet_aborts", Of("fcp_packet_aborts_total", "Number of aborted packets")),
    ];

    public void Collect(CollectorScrape scrape)
    {
        string root = scrape.Files.Sys("class/fc_host");
        if (!Directory.Exists(root))
        {
            scrape.NoData("the machine has no Fibre Channel adapters");
            return;
        }
        foreach (string host in scrape.Files.Names(root))
        {
            Host(scrape.Names.Path(root, host), host, scrape);
        }
    }

    private static void Host(string folder, string host, CollectorScrape scrape)
    {
        FamilyWriter output = scrape.Output;
        string statistics = scrape.Names.Path(folder, "statistics");
        string Text(string file) => HostFiles.Text(folder, file, scrape.Names) ?? "";
        string Id(string file) => Text(file) is var text && text.StartsWith("0x", StringComparison.Ordinal) ? text[2..] : text;
        string state = Text("port_state");
        output.Write(
            Info, 1, host, Text("speed"), state, Text("port_type"), Id("port_id"), Id("port_name"), Id("fabric_name"),
            Text("symbolic_name"), Text("supported_classes"), Text("supported_speeds"), Text("dev_loss_tmo"));
        // An adapter that is disabled has no counters: zeros then.
        bool disabled = state is "" or "Unknown";
        foreach ((string file, Family family) in Counters)
        {
            double? value = disabled ? 0 : HostFiles.Number(statistics, file);
            if (value is not (null or NotImplemented))
            {
                output.Write(family, value.Value, host);
            }
        }
    }

    private static Family Of(string name, string help) => Family.Counter("node_fibrechannel_" + name, help, "fc_host");
}
