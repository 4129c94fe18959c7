namespace Agent.Sdk.Patterns;

/// <summary>A range of bytes, or of chars, in a text; <see cref="End"/> is exclusive. <see cref="None"/> is (-1, -1).</summary>
public readonly record struct ByteRange(int Start, int End)
{
    /// <summary>What a group has that took no part in the match.</summary>
    public static readonly ByteRange None = new(-1, -1);

    public bool Found => Start >= 0;

    public int Length => End - Start;

    /// <summary>The bytes of the range; empty for <see cref="None"/>.</summary>
    public ReadOnlySpan<byte> Of(ReadOnlySpan<byte> text) => Found ? text[Start..End] : default;
}
