using System.Globalization;
using System.Text;
using Agent.Sdk;
using Agent.Syntax;

namespace Agent.Conversion.Blocks;

/// <summary>Writes values as expressions of the configuration language, before formatting.</summary>
internal static class AlloyText
{
    public static string Of(string value) => StringLiteral.Quote(value);

    public static string Of(bool value) => value ? "true" : "false";

    public static string Of(double value) => GoFloat.Format(value, 'f');

    public static string Of(long value) => value.ToString(CultureInfo.InvariantCulture);

    public static string Of(TimeSpan value) => Of(GoDuration.Format(value));

    public static string Of(IEnumerable<string> values) => List(values.Select(Of));

    public static string List(IEnumerable<string> expressions) => "[" + string.Join(", ", expressions) + "]";

    /// <summary>An object with a field a line; the values are expressions.</summary>
    public static string Object(IEnumerable<KeyValuePair<string, string>> fields)
    {
        var text = new StringBuilder("{");
        bool any = false;
        foreach ((string key, string expression) in fields)
        {
            text.Append('\n').Append(IdentifierText.Key(key)).Append(" = ").Append(expression).Append(',');
            any = true;
        }
        return text.Append(any ? "\n}" : "}").ToString();
    }

    public static string Of(IEnumerable<KeyValuePair<string, string>> fields) =>
        Object(fields.Select(static field => KeyValuePair.Create(field.Key, Of(field.Value))));

    /// <summary>Lists of targets as one.</summary>
    public static string Concat(IReadOnlyList<string> lists) => lists.Count switch
    {
        0 => "[]",
        1 => lists[0],
        _ => "array.concat(\n" + string.Concat(lists.Select(static list => list + ",\n")) + ")",
    };
}
