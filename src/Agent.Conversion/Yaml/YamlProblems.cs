using System.Text;

namespace Agent.Conversion.Yaml;

/// <summary>What is wrong with a document that is valid YAML. Fields that nobody asked for are wrong as well.</summary>
internal sealed class YamlProblems
{
    private const int MostLines = 100;

    private readonly List<(int Line, string Text)> _wrong = [];
    private readonly List<(int Line, string Text)> _invalid = [];
    private readonly List<YamlMap> _maps = [];

    /// <summary>The maps whose fields are checked at the end.</summary>
    public void Watch(YamlMap map) => _maps.Add(map);

    /// <summary>A value of the wrong type; all of those are listed.</summary>
    public void Type(YamlNode node, string type) => _wrong.Add((node.Line, $"line {node.Line}: cannot unmarshal {node.Shown} into {type}"));

    /// <summary>A field in a place where it cannot be, or there twice.</summary>
    public void Field(int line, string text) => _wrong.Add((line, $"line {line}: {text}"));

    /// <summary>A setting that cannot be as it is; the first one ends the conversion.</summary>
    public void Invalid(YamlNode node, string text) => _invalid.Add((node.Line, text));

    /// <summary>What the first error is, or all of them where they are about types and fields; null where there is none.</summary>
    public string? Message()
    {
        foreach (YamlMap map in _maps)
        {
            map.ReportUnknown();
        }
        _maps.Clear();
        if (_invalid.Count > 0)
        {
            return _invalid.MinBy(static problem => problem.Line).Text;
        }
        if (_wrong.Count == 0)
        {
            return null;
        }
        var text = new StringBuilder("yaml: unmarshal errors:");
        List<string> lines = [.. _wrong.OrderBy(static problem => problem.Line).Select(static problem => problem.Text).Distinct()];
        foreach (string line in lines.Take(MostLines))
        {
            text.Append("\n  ").Append(line);
        }
        if (lines.Count > MostLines)
        {
            text.Append("\n  and ").Append(lines.Count - MostLines).Append(" more");
        }
        return text.ToString();
    }
}
