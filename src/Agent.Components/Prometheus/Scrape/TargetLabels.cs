using System.Text;
using Agent.Telemetry;

namespace Agent.Components.Prometheus.Scrape;

/// <summary>A target's labels in bytes, as they are put on each of its series.</summary>
internal sealed class TargetLabels(LabelSet labels)
{
    private readonly (byte[] Name, byte[] Value)[] _labels =
        [.. labels.Select(static label => (Encoding.UTF8.GetBytes(label.Name), Encoding.UTF8.GetBytes(label.Value)))];

    public int Count => _labels.Length;

    public ReadOnlySpan<byte> Name(int index) => _labels[index].Name;

    public ReadOnlySpan<byte> Value(int index) => _labels[index].Value;

    public bool Has(ReadOnlySpan<byte> name)
    {
        foreach ((byte[] known, _) in _labels)
        {
            if (name.SequenceEqual(known))
            {
                return true;
            }
        }
        return false;
    }
}
