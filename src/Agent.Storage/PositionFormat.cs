using System.Globalization;
using System.Text;

namespace Agent.Storage;

/// <summary>The lines of a positions file; README.md describes the format.</summary>
internal static class PositionFormat
{
    public const string Header = "invar-positions 1";

    private const int ChecksumDigits = 8;
    private const int Fields = 8;

    public static string Write(FilePosition position)
    {
        var text = new StringBuilder();
        text.Append(CultureInfo.InvariantCulture, $"{position.Identity.Device}\t{position.Identity.Inode}\t");
        text.Append(CultureInfo.InvariantCulture, $"{position.Fingerprint.Length}\t{position.Fingerprint.Hash:x16}\t");
        text.Append(CultureInfo.InvariantCulture, $"{position.Offset}\t{position.Seen}\t");
        Escape(text, position.Path);
        text.Append('\t');
        Escape(text, position.Labels);
        string content = text.ToString();
        return $"{Checksum(content):x8} {content}";
    }

    /// <summary>
    /// Reads a line. Where the checksum is wrong but the file can still be told, the entry comes back as
    /// <see cref="FilePosition.Unreadable"/>; null where not even that is possible.
    /// </summary>
    public static FilePosition? Read(string line, out bool damaged)
    {
        damaged = true;
        if (line.Length <= ChecksumDigits + 1 || line[ChecksumDigits] != ' ')
        {
            return null;
        }
        string content = line[(ChecksumDigits + 1)..];
        bool intact = uint.TryParse(line.AsSpan(0, ChecksumDigits), NumberStyles.AllowHexSpecifier, null, out uint sum)
            && sum == Checksum(content);
        string[] parts = content.Split('\t');
        if (parts.Length != Fields
            || !ulong.TryParse(parts[0], out ulong device)
            || !ulong.TryParse(parts[1], out ulong inode))
        {
            return null;
        }
        var known = new FilePosition
        {
            Identity = new FileIdentity(device, inode),
            Offset = FilePosition.Unreadable,
            Path = Unescape(parts[6]),
            Labels = Unescape(parts[7]),
        };
        if (!intact
            || !int.TryParse(parts[2], out int length)
            || !ulong.TryParse(parts[3], NumberStyles.AllowHexSpecifier, null, out ulong hash)
            || !long.TryParse(parts[4], out long offset)
            || !long.TryParse(parts[5], out long seen))
        {
            return known;
        }
        damaged = false;
        return known with { Fingerprint = new FileFingerprint(length, hash), Offset = offset, Seen = seen };
    }

    private static uint Checksum(string content) => Crc32C.Of(Encoding.UTF8.GetBytes(content));

    private static void Escape(StringBuilder text, string value)
    {
        foreach (char letter in value)
        {
            _ = letter switch
            {
                '\\' => text.Append("\\\\"),
                '\t' => text.Append("\\t"),
                '\n' => text.Append("\\n"),
                '\r' => text.Append("\\r"),
                _ => text.Append(letter),
            };
        }
    }

    private static string Unescape(string text)
    {
        if (!text.Contains('\\', StringComparison.Ordinal))
        {
            return text;
        }
        var value = new StringBuilder(text.Length);
        for (int i = 0; i < text.Length; i++)
        {
            if (text[i] != '\\' || i + 1 == text.Length)
            {
                value.Append(text[i]);
                continue;
            }
            i++;
            value.Append(text[i] switch { 't' => '\t', 'n' => '\n', 'r' => '\r', _ => text[i] });
        }
        return value.ToString();
    }
}
