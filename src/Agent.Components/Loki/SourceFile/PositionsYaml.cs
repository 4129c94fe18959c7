using System.Globalization;
using Agent.Components.Loki.Positions;
using Agent.Storage;
using YamlDotNet.Core;

namespace Agent.Components.Loki.SourceFile;

/// <summary>Reads the positions of files that other agents leave.</summary>
internal static class PositionsYaml
{
    /// <summary>Labels of a position that is good for any target on its path.</summary>
    public const string NoLabels = "{}";

    /// <summary>Reads all positions; one that is no number comes as <see cref="FilePosition.Unreadable"/>.</summary>
    /// <exception cref="YamlException">The text is no YAML, or of another shape.</exception>
    public static List<FilePosition> Read(TextReader text)
    {
        var positions = new List<FilePosition>();
        foreach (ForeignPosition found in ForeignPositions.Read(text))
        {
            // Cursors of journals stand in the same file.
            if (found.Key.StartsWith('/'))
            {
                bool isNumber = long.TryParse(found.Value, NumberStyles.None, CultureInfo.InvariantCulture, out long number);
                positions.Add(new FilePosition
                {
                    Path = found.Key,
                    Labels = found.Labels.Length > 0 ? found.Labels : NoLabels,
                    Offset = isNumber ? number : FilePosition.Unreadable,
                });
            }
        }
        return positions;
    }
}
