namespace Agent.Sdk.Patterns;

/// <summary>A pattern's answer where it can be given by comparing bytes. Never allocates.</summary>
internal abstract class LiteralTest
{
    public abstract bool IsMatch(ReadOnlySpan<byte> text);
}

internal sealed class NotEmptyTest : LiteralTest
{
    public override bool IsMatch(ReadOnlySpan<byte> text) => !text.IsEmpty;
}

internal sealed class EqualsTest(byte[] wanted) : LiteralTest
{
    public override bool IsMatch(ReadOnlySpan<byte> text) => text.SequenceEqual(wanted);
}

internal sealed class OneOfTest : LiteralTest
{
    private readonly HashSet<byte[]>.AlternateLookup<ReadOnlySpan<byte>> _texts;

    public OneOfTest(IEnumerable<byte[]> texts) =>
        _texts = new HashSet<byte[]>(texts, BytesComparer.Instance).GetAlternateLookup<ReadOnlySpan<byte>>();

    public override bool IsMatch(ReadOnlySpan<byte> text) => _texts.Contains(text);
}

internal sealed class StartsWithTest(IReadOnlyList<byte[]> texts) : LiteralTest
{
    private readonly byte[][] _texts = [.. texts];

    public override bool IsMatch(ReadOnlySpan<byte> text)
    {
        foreach (byte[] wanted in _texts)
        {
            if (text.StartsWith(wanted))
            {
                return true;
            }
        }
        return false;
    }
}

internal sealed class EndsWithTest(IReadOnlyList<byte[]> texts) : LiteralTest
{
    private readonly byte[][] _texts = [.. texts];

    public override bool IsMatch(ReadOnlySpan<byte> text)
    {
        foreach (byte[] wanted in _texts)
        {
            if (text.EndsWith(wanted))
            {
                return true;
            }
        }
        return false;
    }
}

internal sealed class ContainsTest(IReadOnlyList<byte[]> texts) : LiteralTest
{
    private readonly byte[][] _texts = [.. texts];

    public override bool IsMatch(ReadOnlySpan<byte> text)
    {
        foreach (byte[] wanted in _texts)
        {
            if (text.IndexOf(wanted) >= 0)
            {
                return true;
            }
        }
        return false;
    }
}

/// <summary>One text at the start, another at the end, anything between.</summary>
internal sealed class AroundTest(byte[] prefix, byte[] suffix) : LiteralTest
{
    public override bool IsMatch(ReadOnlySpan<byte> text) =>
        text.Length >= prefix.Length + suffix.Length && text.StartsWith(prefix) && text.EndsWith(suffix);
}
