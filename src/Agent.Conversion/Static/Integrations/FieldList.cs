using Agent.Conversion.Blocks;
using Agent.Conversion.Yaml;

namespace Agent.Conversion.Static.Integrations;

/// <summary>Copies settings that are written, as a list of names says: what is not written has one default on both sides.</summary>
/// <remarks>
/// A list is words: <c>name</c> copies text; <c>name>attribute</c> renames; <c>old|name</c> takes the first that is written;
/// <c>name:x</c> has a type (b truth value, n number, f float, d duration, l list, c list from text with commas, y YAML as text,
/// r and R text and list that are written always); <c>name=text</c> leaves a default out; <c>name!text</c> writes one that only the source has.
/// <c>block{ ... }</c> groups attributes in a block, <c>@block{ ... }</c> and <c>@section>block{ ... }</c> take them from a nested section.
/// </remarks>
internal static class FieldList
{
    public static void Copy(string list, YamlMap from, AlloyBody to)
    {
        var words = new Queue<string>(list.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries));
        Copy(words, from, to);
    }

    private static void Copy(Queue<string> words, YamlMap? from, AlloyBody to)
    {
        while (words.TryDequeue(out string? word) && word != "}")
        {
            if (word[^1] != '{')
            {
                if (from is not null)
                {
                    CopyOne(word, from, to);
                }
                continue;
            }
            (string name, string? block) = Cut(word[..^1].TrimStart('@'), '>');
            YamlMap? nested = word[0] == '@' ? from?.Map(name, "plain") : from;
            Copy(words, nested, to.BlockIfAny(block ?? name));
        }
    }

    private static void CopyOne(string word, YamlMap from, AlloyBody to)
    {
        (word, string? extra) = Cut(word, '!');
        (word, string? omit) = Cut(word, '=');
        (word, string? type) = Cut(word, ':');
        (string names, string? attribute) = Cut(word, '>');
        string[] all = names.Split('|');
        attribute ??= all[^1];
        string name = all[^1];
        foreach (string candidate in all)
        {
            name = from.Has(candidate) ? candidate : name;
        }
        if (from.Get(name) is not { } node)
        {
            if (extra is not null)
            {
                to.Raw(attribute, extra);
            }
            else if (type is "r")
            {
                to.Text(attribute, "", omit: null);
            }
            else if (type is "R")
            {
                to.Texts(attribute, [], always: true);
            }
        }
        else if (node.Text != omit || omit is null)
        {
            Write(type, name, attribute, from, to);
        }
    }

    private static void Write(string? type, string name, string attribute, YamlMap from, AlloyBody to)
    {
        switch (type)
        {
            case "b":
                to.Flag(attribute, from.Flag(name), omit: null);
                break;
            case "n":
                to.Number(attribute, from.Number(name), omit: null);
                break;
            case "f":
                to.Float(attribute, from.Float(name), omit: null);
                break;
            case "d":
                to.Duration(attribute, from.Duration(name, TimeSpan.Zero));
                break;
            case "l" or "R":
                to.Texts(attribute, from.Get(name) is { IsScalar: true } ? [from.Text(name)] : from.Texts(name), always: true);
                break;
            case "c":
                to.Texts(attribute, from.Text(name).Split(',', StringSplitOptions.RemoveEmptyEntries));
                break;
            case "y":
                to.Raw(attribute, AlloyText.Of(YamlText.Of(from.Get(name)!)));
                break;
            default:
                to.Text(attribute, from.Text(name), omit: null);
                break;
        }
    }

    private static (string Before, string? Behind) Cut(string word, char mark)
    {
        int at = word.IndexOf(mark);
        return at < 0 ? (word, null) : (word[..at], word[(at + 1)..]);
    }
}
