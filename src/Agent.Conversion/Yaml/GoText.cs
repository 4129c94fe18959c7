namespace Agent.Conversion.Yaml;

/// <summary>Writes nodes as Go prints values that were read without a type.</summary>
internal static class GoText
{
    private const int MostShown = 400;

    public static string Of(YamlNode? node)
    {
        string text = Write(node, 0);
        return text.Length > MostShown ? text[..MostShown] + "..." : text;
    }

    /// <summary>The name of the type, such as <c>map[interface {}]interface {}</c>.</summary>
    public static string TypeOf(YamlNode node) => node.Kind switch
    {
        YamlKind.Map => "map[interface {}]interface {}",
        YamlKind.List => "[]interface {}",
        YamlKind.Int => "int",
        YamlKind.Float => "float64",
        YamlKind.Bool => "bool",
        YamlKind.Null => "<nil>",
        _ => "string",
    };

    private static string Write(YamlNode? node, int depth) => node switch
    {
        null or { Kind: YamlKind.Null } => "<nil>",
        _ when depth > 8 => "...",
        { Kind: YamlKind.List } => "[" + string.Join(' ', node.Items.Take(MostShown).Select(item => Write(item, depth + 1))) + "]",
        { Kind: YamlKind.Map } => "map[" + string.Join(' ', node.Fields.OrderBy(static field => field.Key, StringComparer.Ordinal)
            .Take(MostShown).Select(field => field.Key + ":" + Write(field.Value, depth + 1))) + "]",
        _ => node.Text,
    };
}
