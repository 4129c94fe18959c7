using System.Globalization;
using System.Text;

namespace Agent.Components.Common.DnsMessages;

/// <summary>Names as they stand in messages (RFC 1035, section 4.1.4): labels, each behind its length, and a zero or a pointer.</summary>
internal static class DnsName
{
    private const int LongestLabel = 63;
    private const int LongestName = 255;

    /// <param name="name">With or without a dot at its end.</param>
    /// <exception cref="InvalidDataException">It is no name.</exception>
    public static byte[] Encode(string name)
    {
        string bare = name.EndsWith('.') ? name[..^1] : name;
        var encoded = new List<byte>();
        foreach (string label in bare.Length == 0 ? [] : bare.Split('.'))
        {
            byte[] bytes = Encoding.UTF8.GetBytes(label);
            if (bytes.Length is 0 or > LongestLabel)
            {
                throw new InvalidDataException(
                    $"cannot look up \"{name}\": {(bytes.Length == 0 ? "a part of it is empty" : $"a part of it is longer than {LongestLabel} bytes")}");
            }
            encoded.Add((byte)bytes.Length);
            encoded.AddRange(bytes);
        }
        encoded.Add(0);
        return encoded.Count <= LongestName
            ? [.. encoded]
            : throw new InvalidDataException($"cannot look up \"{name}\": it is longer than {LongestName} bytes");
    }

    /// <summary>Reads the name that begins at an offset, and gives the offset behind it.</summary>
    /// <param name="message">The whole message, since names point back into it.</param>
    /// <param name="at">Where the name begins.</param>
    /// <param name="text">Takes the name with a dot behind each label; nothing for the root. Null where nobody wants to know it.</param>
    /// <exception cref="InvalidDataException">It is damaged.</exception>
    public static int Read(ReadOnlySpan<byte> message, int at, StringBuilder? text)
    {
        int before = at;
        int length = 0;
        int end = -1;
        while (true)
        {
            int size = ByteAt(message, at++);
            if ((size & 0xC0) == 0xC0)
            {
                int target = ((size & 0x3F) << 8) | ByteAt(message, at++);
                end = end < 0 ? at : end;
                // Only backwards, each time further: so it ends.
                if (target >= before)
                {
                    throw Damaged("a name points forward");
                }
                at = before = target;
                continue;
            }
            length += size + 1;
            if (size > LongestLabel || length > LongestName || at + size > message.Length)
            {
                throw Damaged("a name is too long");
            }
            if (size == 0)
            {
                return end < 0 ? at : end;
            }
            Append(text, message.Slice(at, size));
            at += size;
        }
    }

    public static InvalidDataException Damaged(string how) => new($"cannot read the server's answer: {how}");

    // As such names are written in zone files, and by Prometheus: what would be mistaken for something else gets a backslash.
    private static void Append(StringBuilder? text, ReadOnlySpan<byte> label)
    {
        if (text is null)
        {
            return;
        }
        foreach (byte letter in label)
        {
            if (letter is < (byte)' ' or > (byte)'~')
            {
                text.Append('\\').Append(letter.ToString("D3", CultureInfo.InvariantCulture));
                continue;
            }
            if ((char)letter is '.' or ' ' or '\'' or '@' or ';' or '(' or ')' or '"' or '\\')
            {
                text.Append('\\');
            }
            text.Append((char)letter);
        }
        text.Append('.');
    }

    private static int ByteAt(ReadOnlySpan<byte> message, int at) => at < message.Length ? message[at] : throw Damaged("a name is cut off");
}
