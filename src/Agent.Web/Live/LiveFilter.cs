using System.Text;
using Agent.Telemetry;

namespace Agent.Web.Live;

/// <summary>What somebody who watches wants to see: items that hold a text. It counts case, so that it costs next to nothing.</summary>
internal sealed class LiveFilter(string text)
{
    private readonly byte[] _bytes = Encoding.UTF8.GetBytes(text);

    /// <summary>Everything fits.</summary>
    public bool IsOpen => _bytes.Length == 0;

    public bool Fits(ReadOnlySpan<byte> line) => line.IndexOf(_bytes) >= 0;

    public bool Fits(LabelSet labels)
    {
        if (_bytes.Length == 0)
        {
            return true;
        }
        foreach (Label label in labels.Span)
        {
            if (label.Value.Contains(text, StringComparison.Ordinal) || label.Name.Contains(text, StringComparison.Ordinal))
            {
                return true;
            }
        }
        return false;
    }
}
