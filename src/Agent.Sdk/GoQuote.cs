using System.Text;

namespace Agent.Sdk;

/// <summary>Quotes text for messages as Go's time package does: bytes outside printable ASCII as <c>\xNN</c>.</summary>
internal static class GoQuote
{
    public static string Text(ReadOnlySpan<char> text)
    {
        var quoted = new StringBuilder(text.Length + 2).Append('"');
        foreach (byte value in Encoding.UTF8.GetBytes(text.ToString()))
        {
            if (value is (byte)'"' or (byte)'\\')
            {
                quoted.Append('\\').Append((char)value);
            }
            else if (value is < (byte)' ' or >= 0x80)
            {
                quoted.Append("\\x").Append(value.ToString("x2"));
            }
            else
            {
                quoted.Append((char)value);
            }
        }
        return quoted.Append('"').ToString();
    }
}
