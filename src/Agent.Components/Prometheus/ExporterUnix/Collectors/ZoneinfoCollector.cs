using System.Globalization;
using System.Text;

namespace Agent.Components.Prometheus.ExporterUnix.Collectors;

/// <summary>Pages of the zones of memory, from /proc/zoneinfo.</summary>
internal sealed class ZoneinfoCollector : IUnixCollector
{
    private readonly FamilyCache _protection = new(static index =>
        Family.Gauge("node_zoneinfo_protection_" + index, $"Protection array {index}. field", "node", "zone"));

    public void Collect(CollectorScrape scrape)
    {
        string node = "";
        string zone = "";
        ReadOnlySpan<byte> text = scrape.Files.Read(scrape.Files.Proc("zoneinfo"));
        while (TextScan.TryLine(ref text, out ReadOnlySpan<byte> line))
        {
            if (!TextScan.TryField(ref line, out ReadOnlySpan<byte> name))
            {
                continue;
            }
            if (name.SequenceEqual("Node"u8))
            {
                node = scrape.Names[TextScan.Field(ref line, "/proc/zoneinfo").TrimEnd((byte)',')];
                TextScan.Field(ref line, "/proc/zoneinfo");
                zone = scrape.Names[TextScan.Field(ref line, "/proc/zoneinfo")];
            }
            else if (name.SequenceEqual("protection:"u8))
            {
                Protection(Encoding.ASCII.GetString(line), (node, zone), scrape.Output);
            }
            else if (ZoneinfoFields.All.TryGetValue(scrape.Names[name], out Family? family)
                && TextScan.TryField(ref line, out ReadOnlySpan<byte> field) && TextScan.TryNumber(field, out double value))
            {
                scrape.Output.Write(family, value, node, zone);
            }
        }
    }

    /// <summary>"(0, 2039, 31932)".</summary>
    private void Protection(string text, (string Node, string Zone) at, FamilyWriter output)
    {
        string[] values = text.Trim(' ', '(', ')').Split(',');
        for (int i = 0; i < values.Length; i++)
        {
            if (double.TryParse(values[i], NumberStyles.AllowLeadingWhite, CultureInfo.InvariantCulture, out double value))
            {
                output.Write(_protection[CpuRange.Name(i)], value, at.Node, at.Zone);
            }
        }
    }
}
