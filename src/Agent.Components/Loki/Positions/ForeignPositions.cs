using System.Globalization;
using Agent.Components.Common.Yaml;
using YamlDotNet.Core;
using YamlDotNet.Core.Events;

namespace Agent.Components.Loki.Positions;

/// <summary>One position that another agent left.</summary>
/// <param name="Key">A path, or <c>cursor-NAME</c> for what is no file.</param>
/// <param name="Labels">Labels as text; empty where none are known.</param>
/// <param name="Value">An offset, a cursor or a time, as text.</param>
internal readonly record struct ForeignPosition(string Key, string Labels, string Value)
{
    /// <summary>Reads the position of something that is no file, where it is a time.</summary>
    /// <param name="prefix">What its name begins with.</param>
    /// <param name="name">The rest of its name.</param>
    /// <param name="time">Above zero; in the unit of its source.</param>
    public bool TryCursor(string prefix, out string name, out long time)
    {
        (name, time) = ("", 0);
        string start = ForeignPositions.CursorPrefix + prefix;
        if (!Key.StartsWith(start, StringComparison.Ordinal) || !long.TryParse(Value, NumberStyles.None, CultureInfo.InvariantCulture, out time) || time == 0)
        {
            return false;
        }
        name = Key[start.Length..];
        return true;
    }
}

/// <summary>
/// Reads positions files of other agents. Alloy: <c>positions: {? {path: cursor-a, labels: '{x="y"}'} : "17"}</c>; Promtail and the
/// static mode: <c>positions: {cursor-a: "17"}</c>.
/// </summary>
internal static class ForeignPositions
{
    /// <summary>What stands before the name of a journal or a container.</summary>
    public const string CursorPrefix = "cursor-";

    /// <exception cref="YamlException">The text is no YAML, or of another shape.</exception>
    public static List<ForeignPosition> Read(TextReader text)
    {
        var positions = new List<ForeignPosition>();
        var parser = new Parser(text);
        try
        {
            ReadDocument(parser, positions);
            return positions;
        }
        catch (Exception exception) when (YamlTree.IsLost(exception))
        {
            Mark at = parser.Current?.End ?? Mark.Empty;
            throw new YamlException(at, at, "the text is no YAML", exception);
        }
    }

    private static void ReadDocument(Parser parser, List<ForeignPosition> positions)
    {
        parser.Consume<StreamStart>();
        if (!parser.TryConsume<DocumentStart>(out _) || !parser.TryConsume<MappingStart>(out _))
        {
            return;
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
    }

    private static void ReadEntries(Parser parser, List<ForeignPosition> positions)
    {
        while (!parser.TryConsume<MappingEnd>(out _))
        {
            string key = "";
            string labels = "";
            if (parser.TryConsume<MappingStart>(out _))
            {
                while (!parser.TryConsume<MappingEnd>(out _))
                {
                    string name = parser.Consume<Scalar>().Value;
                    string value = parser.Consume<Scalar>().Value;
                    key = name == "path" ? value : key;
                    labels = name == "labels" && value.Length > 0 ? value : labels;
                }
            }
            else
            {
                key = parser.Consume<Scalar>().Value;
            }
            positions.Add(new ForeignPosition(key, labels, parser.Consume<Scalar>().Value));
        }
    }
}
