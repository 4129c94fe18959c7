namespace Agent.Runtime.StandardLibrary;

/// <summary>Reads padded base64 as Go does: line breaks are skipped, spare bits in the last character are not looked at.</summary>
internal static class Base64Text
{
    public const string Standard = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

    public const string Url = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

    private const int GroupLength = 4;

    /// <exception cref="FormatException">A character outside the alphabet, or missing padding.</exception>
    public static byte[] Decode(ReadOnlySpan<byte> text, string alphabet)
    {
        var bytes = new List<byte>(text.Length / GroupLength * 3);
        int bits = 0;
        int inGroup = 0;
        int padding = 0;
        for (int i = 0; i < text.Length; i++)
        {
            if (text[i] is (byte)'\n' or (byte)'\r')
            {
                continue;
            }
            if (text[i] == '=' && inGroup + padding < GroupLength && inGroup >= 2)
            {
                padding++;
                continue;
            }
            int digit = alphabet.IndexOf((char)text[i]);
            if (digit < 0 || padding > 0)
            {
                throw Illegal(i);
            }
            bits = (bits << 6) | digit;
            if (++inGroup == GroupLength)
            {
                AddBytes(bytes, bits, 3);
                (bits, inGroup) = (0, 0);
            }
        }
        if (inGroup > 0 && inGroup + padding != GroupLength)
        {
            throw Illegal(text.Length - (padding == 0 ? inGroup : 0));
        }
        if (inGroup > 0)
        {
            AddBytes(bytes, bits << (6 * padding), inGroup - 1);
        }
        return [.. bytes];
    }

    private static void AddBytes(List<byte> to, int bits, int count)
    {
        for (int i = 0; i < count; i++)
        {
            to.Add((byte)(bits >> (16 - (8 * i))));
        }
    }

    private static FormatException Illegal(int at) => new($"illegal base64 data at input byte {at}");
}
