using System.Text;

namespace Agent.Components.Prometheus.ExporterUnix;

/// <summary>Families whose names come out of the files that are read, kept so that a scrape builds none of them twice.</summary>
/// <remarks>Bounded: beyond <see cref="Limit"/> names (a kernel has a few hundred) a family is built anew each time.</remarks>
internal sealed class FamilyCache(Func<string, Family> create)
{
    private const int Limit = 4096;
    private const int LongestKey = 256;
    private readonly Dictionary<string, Family> _families = new(StringComparer.Ordinal);

    public Family this[string key]
    {
        get
        {
            if (_families.TryGetValue(key, out Family? known))
            {
                return known;
            }
            Family made = create(key);
            if (_families.Count < Limit)
            {
                _families.Add(key, made);
            }
            return made;
        }
    }

    public Family this[ReadOnlySpan<byte> key]
    {
        get
        {
            if (key.Length > LongestKey)
            {
                return this[Encoding.UTF8.GetString(key)];
            }
            Span<char> text = stackalloc char[LongestKey];
            int length = Encoding.UTF8.GetChars(key, text);
            return _families.GetAlternateLookup<ReadOnlySpan<char>>().TryGetValue(text[..length], out Family? known)
                ? known
                : this[new string(text[..length])];
        }
    }
}
