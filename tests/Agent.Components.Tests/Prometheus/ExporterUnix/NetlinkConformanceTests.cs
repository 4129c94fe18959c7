using System.Text.Json;
using Agent.Components.Prometheus.ExporterUnix;
using Agent.Components.Prometheus.ExporterUnix.Collectors;
using Agent.Testing;

namespace Agent.Components.Tests.Prometheus.ExporterUnix;

/// <summary>The golden exposition of collectors that ask the kernel; the recording took their answers from JSON.</summary>
public sealed class NetlinkConformanceTests
{
    [ConformanceFact]
    public void Queueing_disciplines_are_written_as_recorded()
    {
        using var fixtures = new NodeFixtures();
        using var output = new FamilyWriter();
        using JsonDocument recorded = JsonDocument.Parse(File.ReadAllText(fixtures.PathOf("qdisc/results.json")));
        foreach (JsonElement one in recorded.RootElement.EnumerateArray())
        {
            uint Number(string name) => one.TryGetProperty(name, out JsonElement value) ? value.GetUInt32() : 0;
            var counts = new Qdisc.Statistics(
                Number("Bytes"), Number("Packets"), Number("Drops"), Number("Requeues"), Number("Overlimits"), Number("Qlen"), Number("Backlog"));
            QdiscCollector.Write(one.GetProperty("IfaceName").GetString()!, new Qdisc(0, 0, one.GetProperty("Kind").GetString()!, counts), output);
        }
        AssertSame("node_qdisc_", output);
    }

    [ConformanceFact]
    public void Wireless_stations_are_written_as_recorded()
    {
        using var fixtures = new NodeFixtures();
        using var output = new FamilyWriter();
        using JsonDocument network = JsonDocument.Parse(File.ReadAllText(fixtures.PathOf("wifi/wlan0/bss.json")));
        using JsonDocument stations = JsonDocument.Parse(File.ReadAllText(fixtures.PathOf("wifi/wlan0/stationinfo.json")));
        JsonElement bss = network.RootElement;
        WifiCollector.Write(
            "wlan0",
            new WifiNetwork(Address(bss.GetProperty("bssid")), bss.GetProperty("ssid").GetString()!, bss.GetProperty("status").GetUInt32()),
            output);
        foreach (JsonElement one in stations.RootElement.EnumerateArray())
        {
            WifiCollector.Write("wlan0", Station(one), output);
        }
        SortedDictionary<string, List<string>> expected = NodeFixtures.Families(NodeFixtures.Expected);
        expected.Remove("node_wifi_interface_frequency_hertz");
        AssertSame("node_wifi_", output, expected);
    }

    private static WifiStation Station(JsonElement one) => new()
    {
        Address = Address(one.GetProperty("hardwareaddr")),
        ConnectedSeconds = one.GetProperty("connected").GetInt64() / 1e9,
        InactiveSeconds = one.GetProperty("inactive").GetInt64() / 1e9,
        ReceiveRate = one.GetProperty("receivebitrate").GetDouble(),
        TransmitRate = one.GetProperty("transmitbitrate").GetDouble(),
        Signal = one.GetProperty("signal").GetInt32(),
        Retries = one.GetProperty("transmitretries").GetUInt32(),
        Failed = one.GetProperty("transmitfailed").GetUInt32(),
        BeaconLoss = one.GetProperty("beaconloss").GetUInt32(),
    };

    private static string Address(JsonElement base64) =>
        string.Join(':', base64.GetBytesFromBase64().Select(part => part.ToString("x2", null)));

    private static void AssertSame(string prefix, FamilyWriter output, SortedDictionary<string, List<string>>? expected = null)
    {
        expected ??= NodeFixtures.Families(NodeFixtures.Expected);
        SortedDictionary<string, List<string>> actual = NodeFixtures.Families(NodeFixtures.Text(output));
        Assert.Equal(
            expected.Where(family => family.Key.StartsWith(prefix, StringComparison.Ordinal)).SelectMany(family => family.Value),
            actual.SelectMany(family => family.Value));
    }
}
