using System.Globalization;
using Agent.Storage;
using YamlDotNet.Core;
using YamlDotNet.Core.Events;

namespace Agent.Components.Loki.SourceFile;

/// <summary>
/// Reads the positions that other agents leave. Alloy: <c>positions: {? {path: /a, labels: '{x="y"}'} : "17"}</c>; Promtail and the
/// static mode: <c>positions: {/a: "17"}</c>, with labels unknown.
/// </summary>
internal static class PositionsYaml
{
    /// <summary>Labels of a position that is good for any target on its path.</summary>
    public const string NoLabels = "{}";

    /// <summary>Reads all positions; one that is no number comes as <see cref="FilePosition.Unreadable"/>.</summary>
    /// <exception cref="YamlException">The text is no YAML, or of another shape.</exception>
    public static List<FilePosition> Read(TextReader text)
    {
        var positions = new List<FilePosition>();
        var parser = new Parser(text);
        parser.Consume<StreamStart>();
        if (!parser.TryConsume<DocumentStart>(out _) || !parser.TryConsume<MappingStart>(out _))
        {
            return positions;
        }
        while (!parser.TryConsume<MappingEnd>(out _))
        {
            string name = parser.Consume<Scalar>().Value;
            if (name == "positions" && parser.TryConsume<MappingStart>(out _))
            {
                ReadEntries(parser, positions);
            }
            else
            {
                parser.SkipThisAndNestedEvents();
            }
        }
        return positions;
    }

    private static void ReadEntries(Parser parser, List<FilePosition> positions)
    {
        while (!parser.TryConsume<MappingEnd>(out _))
        {
            string path = "";
            string labels = NoLabels;
            if (parser.TryConsume<MappingStart>(out _))
            {
                while (!parser.TryConsume<MappingEnd>(out _))
                {
                    string name = parser.Consume<Scalar>().Value;
                    string value = parser.Consume<Scalar>().Value;
                    path = name == "path" ? value : path;
                    labels = name == "labels" && value.Length > 0 ? value : labels;
                }
            }
            else
            {
                path = parser.Consume<Scalar>().Value;
            }
            string offset = parser.Consume<Scalar>().Value;
            // Cursors of journals stand in the same file.
            if (path.StartsWith('/'))
            {
                bool isNumber = long.TryParse(offset, NumberStyles.None, CultureInfo.InvariantCulture, out long number);
                positions.Add(new FilePosition { Path = path, Labels = labels, Offset = isNumber ? number : FilePosition.Unreadable });
            }
        }
    }
}
