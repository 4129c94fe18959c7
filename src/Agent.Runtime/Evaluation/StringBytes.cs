using System.Text;
using System.Text.Unicode;
using Agent.Syntax.Values;

namespace Agent.Runtime.Evaluation;

/// <summary>Strings as bytes. Nearly all are UTF-8; those that are not keep their bytes beside a readable text.</summary>
internal static class StringBytes
{
    /// <summary>Longest text that one operation may make, in characters. Nested repetition in a configuration grows without end otherwise.</summary>
    public const int LongestText = 64 << 20;

    public static bool IsUtf8(ReadOnlySpan<byte> bytes) => Utf8.IsValid(bytes);

    public static byte[] Of(StringValue value) => value.Bytes ?? Encoding.UTF8.GetBytes(value.Text);

    public static StringValue ToValue(byte[] bytes, bool isSensitive) =>
        new(Encoding.UTF8.GetString(bytes), isSensitive) { Bytes = IsUtf8(bytes) ? null : bytes };

    public static StringValue Concat(StringValue left, StringValue right)
    {
        bool isSensitive = left.IsSensitive || right.IsSensitive;
        return left.Bytes is null && right.Bytes is null
            ? new StringValue(left.Text + right.Text, isSensitive)
            : ToValue([.. Of(left), .. Of(right)], isSensitive);
    }

    /// <summary>Orders as the bytes do; UTF-16 orders characters beyond the first plane differently.</summary>
    public static int Compare(StringValue left, StringValue right) => Of(left).AsSpan().SequenceCompareTo(Of(right));
}
