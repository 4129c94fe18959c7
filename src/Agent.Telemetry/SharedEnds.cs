namespace Agent.Telemetry;

/// <summary>How much of its beginning and its end a run of bytes has in common with another one, and need not be kept again.</summary>
/// <param name="Prefix">Bytes at the beginning.</param>
/// <param name="Suffix">Bytes at the end, none of them part of the prefix.</param>
public readonly record struct SharedEnds(ushort Prefix, ushort Suffix)
{
    public int Length => Prefix + Suffix;

    /// <summary>What <paramref name="bytes"/> shares with <paramref name="whole"/>; nothing where too little to be worth it.</summary>
    public static SharedEnds Of(ReadOnlySpan<byte> bytes, ReadOnlySpan<byte> whole)
    {
        int most = Math.Min(Math.Min(bytes.Length, whole.Length), ushort.MaxValue);
        int prefix = bytes[..most].CommonPrefixLength(whole[..most]);
        int suffix = 0;
        while (suffix < most - prefix && bytes[^(suffix + 1)] == whole[^(suffix + 1)])
        {
            suffix++;
        }
        // With less than half, this one is the better pattern for those that follow.
        return prefix + suffix >= bytes.Length / 2 ? new SharedEnds((ushort)prefix, (ushort)suffix) : default;
    }

    /// <summary>The bytes that are not shared.</summary>
    public ReadOnlySpan<byte> Middle(ReadOnlySpan<byte> bytes) => bytes[Prefix..(bytes.Length - Suffix)];

    /// <summary>Puts together what was taken apart; <paramref name="target"/> has room for both ends and the middle.</summary>
    public void Restore(ReadOnlySpan<byte> middle, ReadOnlySpan<byte> whole, Span<byte> target)
    {
        whole[..Prefix].CopyTo(target);
        middle.CopyTo(target[Prefix..]);
        whole[^Suffix..].CopyTo(target[(Prefix + middle.Length)..]);
    }

    /// <summary>Whether <paramref name="bytes"/> are what <see cref="Restore"/> would give.</summary>
    public bool Equal(ReadOnlySpan<byte> bytes, ReadOnlySpan<byte> middle, ReadOnlySpan<byte> whole) =>
        bytes.Length == Length + middle.Length
        && bytes.Slice(Prefix, middle.Length).SequenceEqual(middle)
        && bytes[..Prefix].SequenceEqual(whole[..Prefix])
        && bytes[^Suffix..].SequenceEqual(whole[^Suffix..]);
}
