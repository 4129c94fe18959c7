using System.Buffers.Text;
using System.Text;

namespace Agent.Components.Prometheus.ExporterUnix;

/// <summary>Walks over the text of kernel files: lines, fields between spaces, numbers.</summary>
internal static class TextScan
{
    /// <summary>Takes the next line off <paramref name="rest"/>, without its line feed; false at the end.</summary>
    public static bool TryLine(scoped ref ReadOnlySpan<byte> rest, out ReadOnlySpan<byte> line)
    {
        if (rest.IsEmpty)
        {
            line = default;
            return false;
        }
        int end = rest.IndexOf((byte)'\n');
        line = end < 0 ? rest : rest[..end];
        rest = end < 0 ? default : rest[(end + 1)..];
        return true;
    }

    /// <summary>Takes the next run of bytes that are no white space off <paramref name="rest"/>; false when none is left.</summary>
    public static bool TryField(scoped ref ReadOnlySpan<byte> rest, out ReadOnlySpan<byte> field)
    {
        rest = rest.TrimStart(" \t\r\n"u8);
        if (rest.IsEmpty)
        {
            field = default;
            return false;
        }
        int end = rest.IndexOfAny(" \t\r\n"u8);
        field = end < 0 ? rest : rest[..end];
        rest = end < 0 ? default : rest[end..];
        return true;
    }

    /// <summary>The next field, or an error that says what the line lacks.</summary>
    public static ReadOnlySpan<byte> Field(scoped ref ReadOnlySpan<byte> rest, string what) =>
        TryField(ref rest, out ReadOnlySpan<byte> field) ? field : throw new CollectorException($"cannot read {what}: the line ends early");

    /// <summary>The next field as a number.</summary>
    public static double NumberField(scoped ref ReadOnlySpan<byte> rest, string what) => Number(Field(ref rest, what), what);

    public static double Number(ReadOnlySpan<byte> text, string what) => TryNumber(text, out double value)
        ? value
        : throw new CollectorException($"cannot read {what}: \"{Encoding.UTF8.GetString(text)}\" is not a number");

    public static bool TryNumber(ReadOnlySpan<byte> text, out double value)
    {
        if (text.StartsWith("+"u8))
        {
            text = text[1..];
        }
        if (text.Length is > 0 and < 19 && Utf8Parser.TryParse(text, out long whole, out int used) && used == text.Length)
        {
            value = whole;
            return true;
        }
        return Utf8Parser.TryParse(text, out value, out used) && used == text.Length && used > 0;
    }

    public static double Hex(ReadOnlySpan<byte> text, string what)
    {
        if (text.StartsWith("0x"u8))
        {
            text = text[2..];
        }
        return Utf8Parser.TryParse(text, out ulong value, out int used, 'x') && used == text.Length
            ? value
            : throw new CollectorException($"cannot read {what}: \"{Encoding.UTF8.GetString(text)}\" is not a hexadecimal number");
    }

    public static ReadOnlySpan<byte> TrimSpace(ReadOnlySpan<byte> text) => text.Trim(" \t\r\n\v\f"u8);

    /// <summary>Splits "name: rest" or "name=rest" at the first <paramref name="separator"/>; both sides trimmed.</summary>
    public static bool TrySplit(ReadOnlySpan<byte> line, byte separator, out ReadOnlySpan<byte> name, out ReadOnlySpan<byte> rest)
    {
        int at = line.IndexOf(separator);
        name = at < 0 ? line : TrimSpace(line[..at]);
        rest = at < 0 ? default : TrimSpace(line[(at + 1)..]);
        return at >= 0;
    }
}
