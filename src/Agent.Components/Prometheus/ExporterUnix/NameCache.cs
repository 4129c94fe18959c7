using System.Text;

namespace Agent.Components.Prometheus.ExporterUnix;

/// <summary>Turns device names, other label values and paths into strings without allocating the same one at each scrape.</summary>
/// <remarks>Starts over when full, so that names that come and go (veth interfaces) do not stay for ever.</remarks>
internal sealed class NameCache
{
    private const int Limit = 16_384;
    private const int LongestName = 256;
    private readonly HashSet<string> _names = new(StringComparer.Ordinal);

    public string this[ReadOnlySpan<byte> utf8]
    {
        get
        {
            if (utf8.Length > LongestName)
            {
                return Encoding.UTF8.GetString(utf8);
            }
            Span<char> text = stackalloc char[LongestName];
            return Known(text[..Encoding.UTF8.GetChars(utf8, text)]);
        }
    }

    /// <summary>The path of a file in a folder.</summary>
    public string Path(ReadOnlySpan<char> folder, ReadOnlySpan<char> name)
    {
        int length = folder.Length + 1 + name.Length;
        if (length > LongestName)
        {
            return System.IO.Path.Join(folder, name);
        }
        Span<char> text = stackalloc char[LongestName];
        folder.CopyTo(text);
        text[folder.Length] = '/';
        name.CopyTo(text[(folder.Length + 1)..]);
        return Known(text[..length]);
    }

    private string Known(ReadOnlySpan<char> name)
    {
        if (_names.GetAlternateLookup<ReadOnlySpan<char>>().TryGetValue(name, out string? known))
        {
            return known;
        }
        if (_names.Count >= Limit)
        {
            _names.Clear();
        }
        string made = new(name);
        _names.Add(made);
        return made;
    }
}
