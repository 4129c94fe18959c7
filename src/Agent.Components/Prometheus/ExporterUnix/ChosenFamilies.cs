using System.Text;
using Agent.Sdk.Patterns;

namespace Agent.Components.Prometheus.ExporterUnix;

/// <summary>Families whose names come out of files, of those that a pattern chooses: it is asked once for each name.</summary>
internal sealed class ChosenFamilies(Pattern pattern, Func<string, Family> create)
{
    private const int Limit = 4096;
    private const int LongestKey = 256;
    private readonly Dictionary<string, Family?> _known = new(StringComparer.Ordinal);

    /// <summary>Null where the pattern does not match.</summary>
    public Family? this[ReadOnlySpan<byte> key]
    {
        get
        {
            if (key.Length > LongestKey)
            {
                return Choose(Encoding.UTF8.GetString(key));
            }
            Span<char> text = stackalloc char[LongestKey];
            ReadOnlySpan<char> name = text[..Encoding.UTF8.GetChars(key, text)];
            if (_known.GetAlternateLookup<ReadOnlySpan<char>>().TryGetValue(name, out Family? family))
            {
                return family;
            }
            string made = new(name);
            family = Choose(made);
            if (_known.Count < Limit)
            {
                _known.Add(made, family);
            }
            return family;
        }
    }

    private Family? Choose(string key) => pattern.IsMatch(key) ? create(key) : null;
}
