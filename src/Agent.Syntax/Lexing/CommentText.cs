using System.Text;

namespace Agent.Syntax;

/// <summary>Takes the carriage returns out of comments.</summary>
internal static class CommentText
{
    public static string Of(ReadOnlySpan<byte> comment)
    {
        bool block = comment[1] == (byte)'*';
        if (comment[^1] == (byte)'\r')
        {
            comment = comment[..^1];
        }
        return comment.Contains((byte)'\r') ? WithoutReturns(comment, block) : Encoding.UTF8.GetString(comment);
    }

    private static string WithoutReturns(ReadOnlySpan<byte> comment, bool block)
    {
        var kept = new byte[comment.Length];
        int length = 0;
        for (int i = 0; i < comment.Length; i++)
        {
            // "*\r/" would become the end of the comment.
            bool guards = block && length > 2 && kept[length - 1] == (byte)'*'
                && i + 1 < comment.Length && comment[i + 1] == (byte)'/';
            if (comment[i] != (byte)'\r' || guards)
            {
                kept[length++] = comment[i];
            }
        }
        return Encoding.UTF8.GetString(kept.AsSpan(0, length));
    }
}
