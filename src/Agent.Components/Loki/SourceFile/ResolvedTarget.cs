using System.Text;
using Agent.Telemetry;

namespace Agent.Components.Loki.SourceFile;

/// <summary>One file to read, with the stream its lines belong to.</summary>
/// <param name="Path">Absolute path.</param>
/// <param name="Labels">The target's public labels and <c>filename</c>.</param>
/// <param name="Key">The target's public labels alone, as other agents write them in their positions files.</param>
internal sealed record ResolvedTarget(string Path, LabelSet Labels, string Key)
{
    public const string PathLabel = "__path__";
    public const string ExcludeLabel = "__path_exclude__";
    private const string FilenameLabel = "filename";

    public static ResolvedTarget Of(Target target, string path)
    {
        var labels = new LabelSetBuilder(target.Labels);
        labels.RemoveAll(static label => label.Name.StartsWith("__", StringComparison.Ordinal));
        string key = Text(labels);
        labels.Set(FilenameLabel, path);
        return new ResolvedTarget(path, labels.ToLabelSet(), key);
    }

    private static string Text(LabelSetBuilder labels)
    {
        var text = new StringBuilder("{");
        for (int i = 0; i < labels.Count; i++)
        {
            text.Append(i > 0 ? ", " : "").Append(labels[i].Name).Append("=\"");
            foreach (char letter in labels[i].Value)
            {
                _ = letter switch
                {
                    '"' => text.Append("\\\""),
                    '\\' => text.Append("\\\\"),
                    '\n' => text.Append("\\n"),
                    '\t' => text.Append("\\t"),
                    '\r' => text.Append("\\r"),
                    _ => text.Append(letter),
                };
            }
            text.Append('"');
        }
        return text.Append('}').ToString();
    }
}
