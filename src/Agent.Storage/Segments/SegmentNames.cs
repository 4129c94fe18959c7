using System.Globalization;

namespace Agent.Storage.Segments;

/// <summary>Names of the files of a log; README.md describes them.</summary>
internal static class SegmentNames
{
    public const int Version = 1;

    // Far beyond what a log can reach: a file with such a number is not ours.
    private const long HighestNumber = 1L << 60;
    private const string SegmentExtension = ".segment";
    private const string CursorExtension = ".cursor";

    public static string OfSegment(long first) => string.Create(CultureInfo.InvariantCulture, $"{first:D20}-v{Version}{SegmentExtension}");

    public static string OfCursor(int file) => string.Create(CultureInfo.InvariantCulture, $"{file}-v{Version}{CursorExtension}");

    public static bool IsSegment(string name, out long first, out int version) => TryParse(name, SegmentExtension, out first, out version)
        && name.Length > 20 && name[20] == '-';

    public static bool IsCursor(string name, out long file, out int version) => TryParse(name, CursorExtension, out file, out version)
        && file <= int.MaxValue && name[0] != '0';

    private static bool TryParse(string name, string extension, out long number, out int version)
    {
        number = 0;
        version = 0;
        int mark = name.IndexOf("-v", StringComparison.Ordinal);
        return mark > 0
            && name.EndsWith(extension, StringComparison.Ordinal)
            && name.Length - extension.Length > mark + 2
            && long.TryParse(name.AsSpan(0, mark), NumberStyles.None, CultureInfo.InvariantCulture, out number)
            && number < HighestNumber
            && int.TryParse(name.AsSpan(mark + 2, name.Length - extension.Length - mark - 2), NumberStyles.None, CultureInfo.InvariantCulture, out version)
            && version > 0
            && name[mark + 2] != '0';
    }
}
