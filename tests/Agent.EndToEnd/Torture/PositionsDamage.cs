using System.Text;

namespace Agent.EndToEnd.Torture;

/// <summary>Damages one line of a positions file (format: src/Agent.Storage/README.md), so that its file can still be told but its offset cannot.</summary>
internal static class PositionsDamage
{
    private const int OffsetField = 4;
    private const int PathField = 6;

    /// <returns>The source whose position is lost; -1 where the file has none to damage.</returns>
    public static int Apply(string path, Random random)
    {
        if (!File.Exists(path))
        {
            return -1;
        }
        string[] lines = File.ReadAllLines(path);
        if (lines.Length < 2)
        {
            return -1;
        }
        int line = random.Next(1, lines.Length);
        string[] fields = lines[line].Split('\t');
        int source = fields.Length > PathField ? SourceOf(fields[PathField]) : -1;
        if (source >= 0)
        {
            // The checksum does not match any more.
            fields[OffsetField] += "1";
            lines[line] = string.Join('\t', fields);
            File.WriteAllText(path, string.Join('\n', lines) + "\n");
        }
        return source;
    }

    private static int SourceOf(string path)
    {
        string name = Path.GetFileName(Path.GetDirectoryName(Path.GetDirectoryName(path)) ?? "").Split('_').ElementAtOrDefault(1) ?? "";
        return NumberedMessage.SourceOf(Encoding.UTF8.GetBytes(name));
    }
}
