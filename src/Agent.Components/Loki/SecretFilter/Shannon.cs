namespace Agent.Components.Loki.SecretFilter;

/// <summary>How unpredictable a text is: words have 2 to 3 bits a letter, random base64 of 40 letters about 4.8.</summary>
internal static class Shannon
{
    public static double BitsPerByte(ReadOnlySpan<byte> text)
    {
        Span<int> counts = stackalloc int[256];
        counts.Clear();
        foreach (byte letter in text)
        {
            counts[letter]++;
        }
        double bits = 0;
        foreach (int count in counts)
        {
            if (count > 0)
            {
                double share = (double)count / text.Length;
                bits -= share * Math.Log2(share);
            }
        }
        return bits;
    }
}
