using System.Globalization;

namespace Agent.Components.Loki.SecretFilter.Toml;

/// <summary>Reads TOML 1.0 apart from dates and times, which are refused. Format: https://toml.io/en/v1.0.0.</summary>
/// <remarks>A table may be written again where an error would be due by the book; nothing that is read gets lost by that.</remarks>
internal sealed class TomlReader
{
    /// <summary>Lists and inline tables inside each other: enough for people, too few to exhaust the stack.</summary>
    private const int MaxDepth = 32;

    private readonly TomlText _text;

    private TomlReader(string text) => _text = new TomlText(text);

    /// <exception cref="FormatException">The text is no TOML, or holds a date; the message names the line.</exception>
    public static TomlTable Read(string text) => new TomlReader(text).Document();

    private TomlTable Document()
    {
        var root = new TomlTable("");
        TomlTable current = root;
        while (true)
        {
            _text.SkipBlankLines();
            if (_text.AtEnd)
            {
                return root;
            }
            if (_text.TryTake('['))
            {
                current = Header(root, isList: _text.TryTake('['));
            }
            else
            {
                Pair(current, 0);
            }
            _text.EndLine();
        }
    }

    private TomlTable Header(TomlTable root, bool isList)
    {
        List<string> keys = Keys();
        _text.Expect(']');
        if (!isList)
        {
            return Descend(root, keys, keys.Count);
        }
        _text.Expect(']');
        TomlTable parent = Descend(root, keys, keys.Count - 1);
        var made = new TomlTable(parent.NameOf(keys[^1]));
        switch (parent.Find(keys[^1]))
        {
            case null:
                parent.TryAdd(keys[^1], new List<object> { made });
                break;
            case List<object> list when list.Count > 0 && list[^1] is TomlTable:
                list.Add(made);
                break;
            default:
                throw _text.Wrong($"{made.Path} is defined twice");
        }
        return made;
    }

    /// <summary>The table that the first <paramref name="count"/> keys lead to, made where it is missing; of a list of tables its last.</summary>
    private TomlTable Descend(TomlTable from, List<string> keys, int count)
    {
        TomlTable at = from;
        for (int i = 0; i < count; i++)
        {
            object? found = at.Find(keys[i]);
            if (found is null)
            {
                found = new TomlTable(at.NameOf(keys[i]));
                at.TryAdd(keys[i], found);
            }
            at = found as TomlTable ?? (found as List<object>)?.LastOrDefault() as TomlTable
                ?? throw _text.Wrong($"{at.NameOf(keys[i])} is no table");
        }
        return at;
    }

    private void Pair(TomlTable table, int depth)
    {
        List<string> keys = Keys();
        _text.Expect('=');
        TomlTable owner = Descend(table, keys, keys.Count - 1);
        _text.SkipBlanks();
        object value = Value(owner.NameOf(keys[^1]), depth);
        if (!owner.TryAdd(keys[^1], value))
        {
            throw _text.Wrong($"{owner.NameOf(keys[^1])} is defined twice");
        }
    }

    private List<string> Keys()
    {
        var keys = new List<string>();
        do
        {
            _text.SkipBlanks();
            keys.Add(_text.Key());
            _text.SkipBlanks();
        }
        while (_text.TryTake('.'));
        return keys;
    }

    private object Value(string path, int depth)
    {
        if (depth > MaxDepth)
        {
            throw _text.Wrong($"values are nested more than {MaxDepth} deep");
        }
        return _text.Peek switch
        {
            '"' or '\'' => _text.Quoted(),
            '[' => List(path, depth),
            '{' => Inline(path, depth),
            _ => Scalar(_text.Word()),
        };
    }

    private List<object> List(string path, int depth)
    {
        var items = new List<object>();
        _text.Expect('[');
        while (true)
        {
            _text.SkipBlankLines();
            if (_text.TryTake(']'))
            {
                return items;
            }
            items.Add(Value(path, depth + 1));
            _text.SkipBlankLines();
            if (!_text.TryTake(','))
            {
                _text.Expect(']');
                return items;
            }
        }
    }

    private TomlTable Inline(string path, int depth)
    {
        var table = new TomlTable(path);
        _text.Expect('{');
        _text.SkipBlanks();
        if (_text.TryTake('}'))
        {
            return table;
        }
        do
        {
            Pair(table, depth + 1);
            _text.SkipBlanks();
        }
        while (_text.TryTake(','));
        _text.Expect('}');
        return table;
    }

    private object Scalar(string word)
    {
        if (word is "true" or "false")
        {
            return word == "true";
        }
        string digits = word.Replace("_", "", StringComparison.Ordinal);
        if (digits.StartsWith("0x", StringComparison.Ordinal)
            && long.TryParse(digits.AsSpan(2), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out long hex))
        {
            return hex;
        }
        if (long.TryParse(digits, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out long whole))
        {
            return whole;
        }
        return double.TryParse(digits, NumberStyles.Float, CultureInfo.InvariantCulture, out double number)
            ? number
            : throw _text.Wrong($"cannot read value {word}: only strings, numbers, true, false, lists and tables are supported");
    }
}
