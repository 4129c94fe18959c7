namespace Agent.Syntax;

/// <summary>Takes white space off the ends of lines and resolves the marks around text that is left as it is.</summary>
internal static class LineTrimmer
{
    public static byte[] Trim(ReadOnlySpan<byte> text)
    {
        using var output = new MemoryStream(text.Length);
        bool escaped = false;
        int blanks = 0;
        for (int i = 0; i < text.Length; i++)
        {
            byte character = text[i];
            if (character == LayoutWriter.Escape)
            {
                WriteBlanks(output, text, i, ref blanks);
                escaped = !escaped;
            }
            else if (escaped)
            {
                output.WriteByte(character);
            }
            else if (character is (byte)' ' or (byte)'\t' or (byte)'\v')
            {
                blanks++;
            }
            else if (character is (byte)'\n' or (byte)'\f')
            {
                blanks = 0;
                output.WriteByte((byte)'\n');
            }
            else
            {
                WriteBlanks(output, text, i, ref blanks);
                output.WriteByte(character);
            }
        }
        return output.ToArray();
    }

    private static void WriteBlanks(MemoryStream output, ReadOnlySpan<byte> text, int end, ref int blanks)
    {
        foreach (byte blank in text[(end - blanks)..end])
        {
            output.WriteByte(blank == (byte)'\v' ? (byte)'\t' : blank);
        }
        blanks = 0;
    }
}
