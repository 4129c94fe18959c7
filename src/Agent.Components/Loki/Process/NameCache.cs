using System.Collections.Concurrent;
using System.Text;

namespace Agent.Components.Loki.Process;

/// <summary>Names that were read from lines, as text: each is made once, as long as there are not too many of them.</summary>
internal sealed class NameCache
{
    private const int Limit = 4096;
    private ConcurrentDictionary<string, string>? _names;

    public string Get(ReadOnlySpan<byte> name)
    {
        Span<char> buffer = stackalloc char[256];
        if (Encoding.UTF8.GetMaxCharCount(name.Length) > buffer.Length)
        {
            return Encoding.UTF8.GetString(name);
        }
        ReadOnlySpan<char> text = buffer[..Encoding.UTF8.GetChars(name, buffer)];
        ConcurrentDictionary<string, string> names = Volatile.Read(ref _names) ?? Interlocked.CompareExchange(ref _names, new(StringComparer.Ordinal), null) ?? _names;
        if (names.GetAlternateLookup<ReadOnlySpan<char>>().TryGetValue(text, out string? known))
        {
            return known;
        }
        string made = text.ToString();
        return names.Count >= Limit ? made : names.GetOrAdd(made, made);
    }
}
