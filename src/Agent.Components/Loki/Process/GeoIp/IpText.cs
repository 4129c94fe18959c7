using System.Net;
using System.Text;

namespace Agent.Components.Loki.Process.GeoIp;

/// <summary>Addresses as Go reads them: four decimal numbers without leading zeros, or IPv6 without a zone.</summary>
internal static class IpText
{
    private const int Longest = 45;

    /// <param name="text">The address.</param>
    /// <param name="bytes">Takes 4 or 16 bytes; an IPv4 address written as IPv6 gives 4.</param>
    /// <param name="length">How many.</param>
    public static bool TryParse(ReadOnlySpan<byte> text, Span<byte> bytes, out int length)
    {
        length = 0;
        if (text.IsEmpty || text.Length > Longest || text.IndexOfAny("%[]/"u8) >= 0 || !(text.Contains((byte)':') || IsDotted(text)))
        {
            return false;
        }
        Span<char> chars = stackalloc char[Longest];
        if (!IPAddress.TryParse(chars[..Encoding.UTF8.GetChars(text, chars)], out IPAddress? address) || !address.TryWriteBytes(bytes, out length))
        {
            return false;
        }
        if (address.IsIPv4MappedToIPv6)
        {
            bytes[12..].CopyTo(bytes);
            length = 4;
        }
        return true;
    }

    private static bool IsDotted(ReadOnlySpan<byte> text)
    {
        int parts = 0;
        foreach (Range range in text.Split((byte)'.'))
        {
            ReadOnlySpan<byte> part = text[range];
            bool isNumber = part.Length is > 0 and <= 3 && part.IndexOfAnyExceptInRange((byte)'0', (byte)'9') < 0;
            if (!isNumber || (part.Length > 1 && part[0] == '0'))
            {
                return false;
            }
            parts++;
        }
        return parts == 4;
    }
}
