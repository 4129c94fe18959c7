using System.Globalization;
using System.Text;

namespace Agent.Bench;

/// <summary>Metrics as a node and its services expose them, the same in every run: about 90 bytes a line, with type and help of each family.</summary>
internal static class MetricText
{
    public static byte[] Scrape(int series, bool openMetrics = false)
    {
        var random = new Random(7);
        var text = new StringBuilder();
        for (int i = 0; i < series; i++)
        {
            if (i % 50 == 0)
            {
                text.Append(CultureInfo.InvariantCulture, $"# HELP node_metric_{i / 50}_seconds Seconds that something took, by what it was.\n# TYPE node_metric_{i / 50}_seconds gauge\n");
            }
            text.Append(CultureInfo.InvariantCulture, $"node_metric_{i / 50}_seconds{{device=\"nvme{i % 8}n1\",mode=\"{(i % 3 == 0 ? "idle" : "system")}\",cpu=\"{i % 50}\"}} {random.NextDouble() * 100_000:0.###}\n");
        }
        return Encoding.UTF8.GetBytes(text.Append(openMetrics ? "# EOF\n" : "").ToString());
    }
}
