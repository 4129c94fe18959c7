namespace Agent.Wire.Exposition;

/// <summary>The backslashes of the text formats: <c>\\</c>, <c>\n</c> and mostly <c>\"</c>. Any other one stands for itself.</summary>
internal static class TextEscapes
{
    /// <param name="withQuotes">Help of the Prometheus format does not escape quotes; all else does.</param>
    public static void Append(GrowableBuffer output, ReadOnlySpan<byte> text, bool withQuotes)
    {
        while (true)
        {
            int slash = text.IndexOf((byte)'\\');
            if (slash < 0 || slash + 1 == text.Length)
            {
                output.Write(text);
                return;
            }
            output.Write(text[..slash]);
            byte escaped = text[slash + 1];
            byte plain = escaped switch
            {
                (byte)'n' => (byte)'\n',
                (byte)'\\' => escaped,
                (byte)'"' when withQuotes => escaped,
                _ => 0,
            };
            output.WriteByte(plain == 0 ? (byte)'\\' : plain);
            text = text[(slash + (plain == 0 ? 1 : 2))..];
        }
    }
}
