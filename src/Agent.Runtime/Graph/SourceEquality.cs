using Agent.Syntax;

namespace Agent.Runtime.Graph;

/// <summary>Compares what is written, wherever it stands.</summary>
internal static class SourceEquality
{
    public static bool Same(BlockStatement left, BlockStatement right) => ReferenceEquals(left, right) || Bytes(left).SequenceEqual(Bytes(right));

    private static ReadOnlySpan<byte> Bytes(BlockStatement block) =>
        block.Span.Source is { } source ? source.Bytes[block.Span.Start..block.Span.End] : [];
}
