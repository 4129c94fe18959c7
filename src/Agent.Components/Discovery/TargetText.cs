using System.Buffers;
using System.Globalization;
using System.Text;

namespace Agent.Components.Discovery;

/// <summary>How addresses and names from elsewhere become labels, as Prometheus has it.</summary>
internal static class TargetText
{
    public const string Address = "__address__";

    private static readonly SearchValues<char> NameLetters =
        SearchValues.Create("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_");

    /// <summary><c>host:port</c>, with brackets around what has colons of its own.</summary>
    public static string HostAndPort(string host, int port)
    {
        string number = port.ToString(CultureInfo.InvariantCulture);
        return host.AsSpan().ContainsAny(':', '%') ? $"[{host}]:{number}" : $"{host}:{number}";
    }

    /// <summary>A label name: whatever may not stand in one becomes an underscore.</summary>
    public static string LabelName(string name)
    {
        if (!name.AsSpan().ContainsAnyExcept(NameLetters))
        {
            return name;
        }
        var text = new StringBuilder(name.Length);
        foreach (Rune rune in name.EnumerateRunes())
        {
            text.Append(rune.IsAscii && NameLetters.Contains((char)rune.Value) ? (char)rune.Value : '_');
        }
        return text.ToString();
    }
}
