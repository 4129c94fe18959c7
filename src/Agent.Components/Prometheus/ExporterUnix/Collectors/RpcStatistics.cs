using System.Text;

namespace Agent.Components.Prometheus.ExporterUnix.Collectors;

/// <summary>A file of /proc/net/rpc: lines of a name and numbers.</summary>
internal sealed class RpcStatistics
{
    private readonly Dictionary<string, double[]> _lines = new(StringComparer.Ordinal);

    /// <summary>The numbers behind a name; none where the kernel has no such line.</summary>
    public double[] this[string name] => _lines.GetValueOrDefault(name, []);

    /// <summary>One of the numbers; 0 where an older kernel counts fewer.</summary>
    public static double At(double[] numbers, int index) => index < numbers.Length ? numbers[index] : 0;

    public static RpcStatistics Parse(ReadOnlySpan<byte> text)
    {
        var file = new RpcStatistics();
        var numbers = new List<double>();
        while (TextScan.TryLine(ref text, out ReadOnlySpan<byte> line))
        {
            if (!TextScan.TryField(ref line, out ReadOnlySpan<byte> name))
            {
                continue;
            }
            numbers.Clear();
            while (TextScan.TryField(ref line, out ReadOnlySpan<byte> field))
            {
                numbers.Add(TextScan.Number(field, "/proc/net/rpc"));
            }
            file._lines[Encoding.ASCII.GetString(name)] = [.. numbers];
        }
        return file;
    }
}
