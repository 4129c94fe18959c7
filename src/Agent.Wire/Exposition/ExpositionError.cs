namespace Agent.Wire.Exposition;

/// <summary>Why and where reading metrics stopped. A scrape that fails is dropped as a whole.</summary>
/// <param name="Message">What was expected, in Prometheus's words.</param>
/// <param name="Offset">Bytes before the place.</param>
/// <param name="Line">Line of the place, from 1; 0 in a binary format.</param>
/// <param name="Column">Bytes into the line, from 1; 0 in a binary format.</param>
public sealed record ExpositionError(string Message, int Offset, int Line, int Column)
{
    private const int ShownBytes = 32;

    public override string ToString() =>
        Line > 0 ? $"cannot read metrics at line {Line}, column {Column}: {Message}" : $"cannot read metrics at byte {Offset}: {Message}";

    internal static ExpositionError At(ReadOnlySpan<byte> text, int offset, string message)
    {
        int at = Math.Min(offset, text.Length);
        ReadOnlySpan<byte> before = text[..at];
        return new ExpositionError(message, at, before.Count((byte)'\n') + 1, at - before.LastIndexOf((byte)'\n'));
    }

    /// <summary>The bytes at a place as they are shown in a message: quoted, and not too many.</summary>
    internal static string Shown(ReadOnlySpan<byte> text, int offset)
    {
        if (offset >= text.Length)
        {
            return "the end of the text";
        }
        ReadOnlySpan<byte> rest = text[offset..];
        int length = rest.IndexOf((byte)'\n');
        return Quoted(rest[..Math.Clamp(length < 0 ? rest.Length : Math.Max(1, length), 1, Math.Min(rest.Length, ShownBytes))]);
    }

    internal static string Quoted(ReadOnlySpan<byte> text)
    {
        using var quoted = new GrowableBuffer();
        GoQuote.Append(quoted, text);
        return System.Text.Encoding.UTF8.GetString(quoted.Written);
    }
}
