using System.Text;

namespace Agent.Components.Common.GoTemplate.Functions;

/// <summary>Base64 and base32 with padding, read as strictly as Go reads them; line breaks do not count.</summary>
internal sealed class BaseText(string name, string alphabet, int bits, int groupLength)
{
    public static BaseText Base64 { get; } = new("base64", "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/", 6, 4);

    public static BaseText Base32 { get; } = new("base32", "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567", 5, 8);

    public string Encode(string text)
    {
        var encoded = new StringBuilder();
        int buffer = 0;
        int held = 0;
        foreach (char each in text)
        {
            buffer = ((buffer << 8) | each) & 0xFFFF;
            for (held += 8; held >= bits; held -= bits)
            {
                encoded.Append(alphabet[(buffer >> (held - bits)) & ((1 << bits) - 1)]);
            }
        }
        if (held > 0)
        {
            encoded.Append(alphabet[(buffer << (bits - held)) & ((1 << bits) - 1)]);
        }
        return encoded.Append('=', (groupLength - (encoded.Length % groupLength)) % groupLength).ToString();
    }

    /// <summary>Null with an error in Go's words where the text is not well formed.</summary>
    public string? Decode(string text, out string error)
    {
        var decoded = new StringBuilder();
        int buffer = 0;
        int held = 0;
        int count = 0;
        int padding = 0;
        error = "";
        for (int at = 0; at < text.Length; at++)
        {
            if (text[at] is '\r' or '\n')
            {
                continue;
            }
            int digit = alphabet.IndexOf(text[at]);
            bool pads = text[at] == '=' && IsWhole(count % groupLength) && padding < groupLength - (count % groupLength);
            if ((digit < 0 && !pads) || (digit >= 0 && padding > 0))
            {
                error = $"illegal {name} data at input byte {at}";
                return null;
            }
            if (pads)
            {
                padding++;
                continue;
            }
            count++;
            buffer = ((buffer << bits) | digit) & 0xFFFF;
            held += bits;
            if (held >= 8)
            {
                held -= 8;
                decoded.Append((char)((buffer >> held) & 0xFF));
            }
        }
        if ((count + padding) % groupLength != 0)
        {
            error = $"illegal {name} data at input byte {text.Length}";
            return null;
        }
        return decoded.ToString();
    }

    // Whether so many digits at the end of a text make whole bytes.
    private bool IsWhole(int digits) => digits > 0 && digits * bits % 8 < bits;
}
