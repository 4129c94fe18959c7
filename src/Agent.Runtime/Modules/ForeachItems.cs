using System.Globalization;
using System.Text;
using Agent.Runtime.Configuration;
using Agent.Runtime.Evaluation;
using Agent.Sdk.Decoding;
using Agent.Syntax.Values;

namespace Agent.Runtime.Modules;

/// <summary>Names the instances of a <c>foreach</c> after their items, so that an item keeps its instance wherever it stands in the collection.</summary>
internal static class ForeachItems
{
    private const string Prefix = "foreach_";

    /// <summary>Longer texts are no names of folders any more.</summary>
    private const int LongestText = 128;

    /// <summary>The items with their ids, such as <c>foreach_web_1</c>; equal items are told apart by number.</summary>
    public static IEnumerable<(string Id, Value Item)> Of(ArrayValue collection, string idField, bool hashText)
    {
        var counts = new Dictionary<string, int>(StringComparer.Ordinal);
        foreach (Value item in collection)
        {
            Value key = idField.Length > 0 && item is ObjectValue fields && fields.TryGet(idField, out Value? field) ? field : item;
            string name = Prefix + Fingerprint(key, hashText);
            int count = counts[name] = counts.GetValueOrDefault(name) + 1;
            yield return ($"{name}_{count.ToString(CultureInfo.InvariantCulture)}", item);
        }
    }

    private static string Fingerprint(Value key, bool hashText) => key switch
    {
        StringValue text => hashText || text.IsSensitive || text.Text.Length > LongestText ? Hash(text.Text) : Identifier(text.Text),
        BoolValue flag => flag.IsTrue ? "true" : "false",
        NumberValue { NumberKind: NumberKind.Float } number => Identifier(number.AsDouble.ToString("F6", CultureInfo.InvariantCulture)),
        NumberValue number => Identifier(NumberText.Format(number)),
        _ => Hash(ValuePrinter.Print(key)),
    };

    // Ids become names of folders and labels of metrics.
    private static string Identifier(string text)
    {
        var made = new StringBuilder(text.Length);
        foreach (char character in text)
        {
            made.Append(char.IsLetterOrDigit(character) ? character : '_');
        }
        return made.ToString();
    }

    private static string Hash(string text)
    {
        var hash = new Sha256();
        hash.Append(Encoding.UTF8.GetBytes(text));
        return hash.Finish();
    }
}
