using System.Collections.Concurrent;
using System.Text;

namespace Agent.Components.Loki.Process;

/// <summary>Names that were read from lines, as text: each is made once, as long as there are not too many of them.</summary>
internal sealed class NameCache
{
    private const int Limit = 4096;
    private readonly ConcurrentDictionary<string, string> _names = new(StringComparer.Ordinal);

    public string Get(ReadOnlySpan<byte> name)
    {
        Span<char> buffer = stackalloc char[256];
        if (Encoding.UTF8.GetMaxCharCount(name.Length) > buffer.Length)
        {
            return Encoding.UTF8.GetString(name);
        }
        ReadOnlySpan<char> text = buffer[..Encoding.UTF8.GetChars(name, buffer)];
        if (_names.GetAlternateLookup<ReadOnlySpan<char>>().TryGetValue(text, out string? known))
        {
            return known;
        }
        string made = text.ToString();
        return _names.Count >= Limit ? made : _names.GetOrAdd(made, made);
    }
}
