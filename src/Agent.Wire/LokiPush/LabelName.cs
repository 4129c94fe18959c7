using System.Buffers;

namespace Agent.Wire.LokiPush;

/// <summary>What a label of a stream may be called unquoted: a letter or underscore, then letters, digits and underscores.</summary>
public static class LabelName
{
    private static readonly SearchValues<byte> Letters =
        SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZ_abcdefghijklmnopqrstuvwxyz0123456789"u8);

    public static bool IsValid(ReadOnlySpan<byte> name) => !name.IsEmpty && LengthAt(name) == name.Length;

    /// <summary>Bytes of the name that the text begins with; 0 where it begins with none.</summary>
    internal static int LengthAt(ReadOnlySpan<byte> text)
    {
        if (text.IsEmpty || text[0] is >= (byte)'0' and <= (byte)'9')
        {
            return 0;
        }
        int end = text.IndexOfAnyExcept(Letters);
        return end < 0 ? text.Length : end;
    }
}
