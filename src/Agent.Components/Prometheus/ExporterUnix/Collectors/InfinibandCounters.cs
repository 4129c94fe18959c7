namespace Agent.Components.Prometheus.ExporterUnix.Collectors;

/// <summary>Counters of an InfiniBand port, from its folders counters and counters_ext. Data is counted in words of four bytes.</summary>
internal static class InfinibandCounters
{
    private const double Word = 4;

    public static FileTable Table { get; } = new(
        new("counters/excessive_buffer_overrun_errors", Of("excessive_buffer_overrun_errors_total",
            "Number of times that OverrunErrors consecutive flow control update periods occurred, each having at "
            + "least one overrun error.")),
        new("counters/link_downed", Of("link_downed_total",
            "Number of times the link failed to recover from an error state and went down")),
        new("counters/link_error_recovery", Of("link_error_recovery_total",
            "Number of times the link successfully recovered from an error state")),
        new("counters/local_link_integrity_errors", Of("local_link_integrity_errors_total",
            "Number of times that the count of local physical errors exceeded the threshold specified by "
            + "LocalPhyErrors.")),
        new("counters/multicast_rcv_packets", Of("multicast_packets_received_total",
            "Number of multicast packets received (including errors)")),
        new("counters/multicast_xmit_packets", Of("multicast_packets_transmitted_total",
            "Number of multicast packets transmitted (including errors)")),
        new("counters/port_rcv_constraint_errors", Of("port_constraint_errors_received_total",
            "Number of packets received on the switch physical port that are discarded")),
        new("counters/port_xmit_constraint_errors", Of("port_constraint_errors_transmitted_total",
            "Number of packets not transmitted from the switch physical port")),
        new("counters/port_rcv_data", Of("port_data_received_bytes_total",
            "Number of data octets received on all links"), Word),
        new("counters/port_xmit_data", Of("port_data_transmitted_bytes_total",
            "Number of data octets transmitted on all links"), Word),
        new("counters/port_rcv_discards", Of("port_discards_received_total",
            "Number of inbound packets discarded by the port because the port is down or congested")),
        new("counters/port_xmit_discards", Of("port_discards_transmitted_total",
            "Number of outbound packets discarded by the port because the port is down or congested")),
        new("counters/port_rcv_errors", Of("port_errors_received_total",
            "Number of packets containing an error that were received on this port")),
        new("counters/port_rcv_packets", Of("port_packets_received_total",
            "Number of packets received on all VLs by this port (including errors)")),
        new("counters/port_xmit_packets", Of("port_packets_transmitted_total",
            "Number of packets transmitted on all VLs from this port (including errors)")),
        new("counters/port_xmit_wait", Of("port_transmit_wait_total",
            "Number of ticks during which the port had data to transmit but no data was sent during the entire "
            + "tick")),
        new("counters/unicast_rcv_packets", Of("unicast_packets_received_total",
            "Number of unicast packets received (including errors)")),
        new("counters/unicast_xmit_packets", Of("unicast_packets_transmitted_total",
            "Number of unicast packets transmitted (including errors)")),
        new("counters/port_rcv_remote_physical_errors", Of("port_receive_remote_physical_errors_total",
            "Number of packets marked with the EBP (End of Bad Packet) delimiter received on the port.")),
        new("counters/port_rcv_switch_relay_errors", Of("port_receive_switch_relay_errors_total",
            "Number of packets that could not be forwarded by the switch.")),
        new("counters/symbol_error", Of("symbol_error_total",
            "Number of minor link errors detected on one or more physical lanes.")),
        new("counters/VL15_dropped", Of("vl15_dropped_total",
            "Number of incoming VL15 packets dropped due to resource limitations.")),
        new("counters_ext/port_multicast_rcv_packets", Of("legacy_multicast_packets_received_total",
            "Number of multicast packets received")),
        new("counters_ext/port_multicast_xmit_packets", Of("legacy_multicast_packets_transmitted_total",
            "Number of multicast packets transmitted")),
        new("counters_ext/port_rcv_data_64", Of("legacy_data_received_bytes_total",
            "Number of data octets received on all links"), Word),
        new("counters_ext/port_rcv_packets_64", Of("legacy_packets_received_total",
            "Number of data packets received on all links")),
        new("counters_ext/port_unicast_rcv_packets", Of("legacy_unicast_packets_received_total",
            "Number of unicast packets received")),
        new("counters_ext/port_unicast_xmit_packets", Of("legacy_unicast_packets_transmitted_total",
            "Number of unicast packets transmitted")),
        new("counters_ext/port_xmit_data_64", Of("legacy_data_transmitted_bytes_total",
            "Number of data octets transmitted on all links"), Word),
        new("counters_ext/port_xmit_packets_64", Of("legacy_packets_transmitted_total",
            "Number of data packets received on all links")));

    private static Family Of(string name, string help) => Family.Counter("node_infiniband_" + name, help, "device", "port");
}
