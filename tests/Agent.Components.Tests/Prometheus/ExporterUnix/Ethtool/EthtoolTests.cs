using System.Buffers.Binary;
using System.Text;
using Agent.Components.Prometheus.ExporterUnix;
using Agent.Components.Prometheus.ExporterUnix.Collectors;
using Agent.Components.Prometheus.ExporterUnix.Ethtool;
using Agent.Sdk.Patterns;
using Agent.Testing;

namespace Agent.Components.Tests.Prometheus.ExporterUnix.Ethtool;

public sealed class EthtoolTests : IDisposable
{
    private readonly HostFiles _files = new(new HostPaths());
    private readonly FamilyWriter _output = new();
    private readonly CollectorScrape _scrape;

    public EthtoolTests() => _scrape = new CollectorScrape(_files, _output, new NameCache(), new FakeTimeProvider());

    public void Dispose()
    {
        _files.Dispose();
        _output.Dispose();
    }

    [ConformanceFact]
    public void The_statistics_of_the_golden_card_get_the_names_of_the_reference()
    {
        using var fixtures = new NodeFixtures();
        (string Name, ulong Value)[] statistics =
        [
            .. File.ReadLines(fixtures.PathOf("ethtool/eth0/statistics"))
                .Where(line => line.StartsWith("     ", StringComparison.Ordinal))
                .Select(line => line.Trim().Split(": "))
                .Select(parts => (parts[0], ulong.Parse(parts[1], null))),
        ];

        Write(".*", statistics);

        Assert.Equal(
            """
            node_ethtool_align_errors{device="eth0"} 0
            node_ethtool_port_received_dropped{device="eth0"} 12028
            node_ethtool_received_broadcast{device="eth0"} 5792
            node_ethtool_received_errors_total{device="eth0"} 0
            node_ethtool_received_missed{device="eth0"} 401
            node_ethtool_received_multicast{device="eth0"} 23973
            node_ethtool_received_packets_total{device="eth0"} 1.260062e+06
            node_ethtool_received_unicast{device="eth0"} 1.230297e+06
            node_ethtool_transmitted_aborted{device="eth0"} 0
            node_ethtool_transmitted_errors_total{device="eth0"} 0
            node_ethtool_transmitted_multi_collisions{device="eth0"} 0
            node_ethtool_transmitted_packets_total{device="eth0"} 961500
            node_ethtool_transmitted_single_collisions{device="eth0"} 0
            node_ethtool_transmitted_underrun{device="eth0"} 0
            """,
            string.Join('\n', NodeFixtures.Text(_output).Split('\n').Where(line => line.StartsWith("node_", StringComparison.Ordinal))));
        Assert.Contains(
            "# HELP node_ethtool_port_received_dropped Network interface port_rx_dropped\n"
            + "# TYPE node_ethtool_port_received_dropped untyped\n",
            NodeFixtures.Text(_output), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("port.rx_errors", "port_received_errors")]
    [InlineData("Queue[0] AllocFails", "queue_0_allocfails")]
    [InlineData("Tx LPI entry count", "transmitted_lpi_entry_count")]
    [InlineData("port.VF_admin_queue_requests", "port_vf_admin_queue_requests")]
    [InlineData("[3]: tx_bytes", "3_transmitted_bytes")]
    [InlineData("     err", "err")]
    [InlineData("rx_rx_rx", "received_rx_received")]
    [InlineData("prx_tx", "prx_transmitted")]
    public void Names_are_put_into_shape(string raw, string name) =>
        Assert.Equal(name, EthtoolStatistics.FamilyName(MetricName.Clean(raw)));

    [Fact]
    public void Only_chosen_statistics_are_reported_and_none_of_two_with_one_name()
    {
        Write("^rx|same", ("rx_x", 1), ("tx_x", 2), ("same name", 3), ("same_name", 4), ("rx_y", 5), ("rx_y", 6));

        string text = NodeFixtures.Text(_output);
        Assert.Contains("node_ethtool_received_x{device=\"eth0\"} 1\n", text, StringComparison.Ordinal);
        Assert.Contains("node_ethtool_received_y{device=\"eth0\"} 6\n", text, StringComparison.Ordinal);
        Assert.DoesNotContain("transmitted", text, StringComparison.Ordinal);
        Assert.DoesNotContain("same", text, StringComparison.Ordinal);
    }

    [Fact]
    public void Link_modes_become_speeds_ports_and_capabilities()
    {
        byte[] answer = new byte[44];
        BinaryPrimitives.WriteUInt32LittleEndian(answer.AsSpan(4), 0b11_0010_1110_1111);
        BinaryPrimitives.WriteUInt32LittleEndian(answer.AsSpan(8), 0b10_0000_0110_1111);
        answer[18] = 1;

        EthtoolModes.Write("eth0", EthtoolAnswers.Link(answer), _output);

        string text = NodeFixtures.Text(_output);
        Assert.Contains("node_network_supported_speed_bytes{device=\"eth0\",duplex=\"full\",mode=\"10000baseT\"} 1.25e+09\n", text, StringComparison.Ordinal);
        Assert.Contains("node_network_supported_speed_bytes{device=\"eth0\",duplex=\"half\",mode=\"10baseT\"} 1.25e+06\n", text, StringComparison.Ordinal);
        Assert.DoesNotContain("node_network_advertised_speed_bytes{device=\"eth0\",duplex=\"full\",mode=\"10000baseT\"}", text, StringComparison.Ordinal);
        Assert.Contains("node_network_supported_port_info{device=\"eth0\",type=\"TP\"} 1\n", text, StringComparison.Ordinal);
        Assert.Contains("node_network_supported_port_info{device=\"eth0\",type=\"MII\"} 1\n", text, StringComparison.Ordinal);
        Assert.Contains("# HELP node_network_pause_advertised If this port device offers pause capability\n", text, StringComparison.Ordinal);
        Assert.Contains("node_network_pause_advertised{device=\"eth0\"} 1\n", text, StringComparison.Ordinal);
        Assert.Contains("# HELP node_network_asymmetricpause_supported If this port device supports asymmetric pause frames\n", text, StringComparison.Ordinal);
        Assert.Contains("node_network_asymmetricpause_supported{device=\"eth0\"} 0\n", text, StringComparison.Ordinal);
        Assert.Contains("node_network_autonegotiate_supported{device=\"eth0\"} 1\n", text, StringComparison.Ordinal);
        Assert.Contains("node_network_autonegotiate{device=\"eth0\"} 1\n", text, StringComparison.Ordinal);
    }

    [Fact]
    public void A_driver_tells_its_name_and_how_many_statistics_it_has()
    {
        byte[] answer = new byte[196];
        Encoding.ASCII.GetBytes("e1000e", answer.AsSpan(4));
        Encoding.ASCII.GetBytes("5.11.0", answer.AsSpan(36));
        Encoding.ASCII.GetBytes("0.5-4", answer.AsSpan(68));
        Encoding.ASCII.GetBytes("0000:00:1f.6", answer.AsSpan(100));
        answer[180] = 14;

        EthtoolDriver driver = EthtoolAnswers.Driver(answer, _scrape.Names);
        EthtoolCollector.Write("eth0", driver, _output);

        Assert.Equal(14u, driver.Statistics);
        Assert.Contains(
            "node_ethtool_info{bus_info=\"0000:00:1f.6\",device=\"eth0\",driver=\"e1000e\",expansion_rom_version=\"\",firmware_version=\"0.5-4\",version=\"5.11.0\"} 1\n",
            NodeFixtures.Text(_output), StringComparison.Ordinal);
        answer[183] = 1;
        Assert.Throws<CollectorException>(() => EthtoolAnswers.Driver(answer, _scrape.Names));
    }

    [Fact]
    public void The_drivers_of_the_running_system_can_be_asked()
    {
        using var collector = new EthtoolCollector(new EthtoolOptions());
        collector.Collect(_scrape);
        collector.Collect(_scrape);

        // Loopback has a driver's name nowhere, yet a feature or two; no driver is an error.
        Assert.Null(_scrape.Missing);
    }

    private void Write(string include, params (string Name, ulong Value)[] statistics)
    {
        byte[] names = new byte[statistics.Length * EthtoolAnswers.NameSize];
        byte[] values = new byte[statistics.Length * sizeof(ulong)];
        for (int i = 0; i < statistics.Length; i++)
        {
            Encoding.ASCII.GetBytes(statistics[i].Name, names.AsSpan(i * EthtoolAnswers.NameSize));
            BinaryPrimitives.WriteUInt64LittleEndian(values.AsSpan(i * sizeof(ulong)), statistics[i].Value);
        }
        new EthtoolStatistics(Pattern.Parse(include)).Write("eth0", names, values, _scrape);
    }
}
