using System.Text;

namespace Agent.Runtime.StandardLibrary;

/// <summary>Escapes text for the query of a URL, as Go's url.QueryEscape does.</summary>
internal static class QueryText
{
    private const int EscapeLength = 3;

    public static string Escape(ReadOnlySpan<byte> bytes)
    {
        var escaped = new StringBuilder(bytes.Length);
        foreach (byte value in bytes)
        {
            if (char.IsAsciiLetterOrDigit((char)value) || value is (byte)'-' or (byte)'_' or (byte)'.' or (byte)'~')
            {
                escaped.Append((char)value);
            }
            else if (value == ' ')
            {
                escaped.Append('+');
            }
            else
            {
                escaped.Append('%').Append(value.ToString("X2"));
            }
        }
        return escaped.ToString();
    }

    /// <exception cref="FormatException">A percent sign without two hexadecimal digits.</exception>
    public static byte[] Unescape(ReadOnlySpan<byte> escaped)
    {
        var bytes = new List<byte>(escaped.Length);
        for (int i = 0; i < escaped.Length; i++)
        {
            if (escaped[i] != '%')
            {
                bytes.Add(escaped[i] == '+' ? (byte)' ' : escaped[i]);
                continue;
            }
            ReadOnlySpan<byte> escape = escaped.Slice(i, Math.Min(EscapeLength, escaped.Length - i));
            if (escape.Length < EscapeLength || !char.IsAsciiHexDigit((char)escape[1]) || !char.IsAsciiHexDigit((char)escape[2]))
            {
                throw new FormatException($"invalid URL escape \"{Encoding.UTF8.GetString(escape)}\"");
            }
            bytes.Add((byte)((Convert.ToInt32(((char)escape[1]).ToString(), 16) << 4) | Convert.ToInt32(((char)escape[2]).ToString(), 16)));
            i += EscapeLength - 1;
        }
        return [.. bytes];
    }
}
