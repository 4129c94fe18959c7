using System.Text;

namespace Agent.Components.Loki.SourceFile;

/// <summary>Encodings by their IANA names.</summary>
internal static class FileEncodings
{
    /// <summary>Finds an encoding; null stands for UTF-8, which is passed on as it is, invalid bytes included.</summary>
    /// <returns>False where nobody knows the name.</returns>
    public static bool TryGet(string name, out Encoding? encoding)
    {
        encoding = null;
        switch (name.ToLowerInvariant())
        {
            case "" or "utf-8" or "utf8":
                return true;
            // Without a byte order mark, big endian is the rule (RFC 2781).
            case "utf-16" or "utf-16be":
                encoding = Encoding.BigEndianUnicode;
                return true;
            case "utf-16le":
                encoding = Encoding.Unicode;
                return true;
            case "utf-32" or "utf-32be":
                encoding = new UTF32Encoding(bigEndian: true, byteOrderMark: false);
                return true;
            case "utf-32le":
                encoding = new UTF32Encoding(bigEndian: false, byteOrderMark: false);
                return true;
        }
        try
        {
            encoding = CodePagesEncodingProvider.Instance.GetEncoding(name) ?? Encoding.GetEncoding(name);
            return true;
        }
        catch (ArgumentException)
        {
            return false;
        }
    }

    /// <summary>The encoding that a byte order mark stands for (null: UTF-8), and how long the mark is; 0 where there is none.</summary>
    public static int ByteOrderMark(ReadOnlySpan<byte> start, out Encoding? encoding)
    {
        encoding = null;
        switch (start)
        {
            case [0xEF, 0xBB, 0xBF, ..]:
                return 3;
            case [0xFF, 0xFE, 0, 0, ..]:
                encoding = new UTF32Encoding(bigEndian: false, byteOrderMark: false);
                return 4;
            case [0, 0, 0xFE, 0xFF, ..]:
                encoding = new UTF32Encoding(bigEndian: true, byteOrderMark: false);
                return 4;
            case [0xFE, 0xFF, ..]:
                encoding = Encoding.BigEndianUnicode;
                return 2;
            case [0xFF, 0xFE, ..]:
                encoding = Encoding.Unicode;
                return 2;
            default:
                return 0;
        }
    }
}
