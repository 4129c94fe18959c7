namespace Agent.Components.Loki.SecretFilter.Toml;

/// <summary>A table of a TOML document; values are string, long, double, bool, <see cref="TomlTable"/> or a list of these.</summary>
/// <remarks>Keys compare without case: Gitleaks reads its file that way. Asking for a value of another type is an error that names the key.</remarks>
internal sealed class TomlTable(string path)
{
    private readonly Dictionary<string, object> _values = new(StringComparer.OrdinalIgnoreCase);

    /// <summary>As errors name it, such as <c>rules.allowlists</c>; empty for the document.</summary>
    public string Path { get; } = path;

    public object? Find(string key) => _values.GetValueOrDefault(key);

    public bool TryAdd(string key, object value) => _values.TryAdd(key, value);

    public string NameOf(string key) => Path.Length == 0 ? key : $"{Path}.{key}";

    public string Text(string key) => Find(key) switch
    {
        null => "",
        string text => text,
        _ => throw Wrong(key, "a string"),
    };

    public bool Flag(string key) => Find(key) switch
    {
        null => false,
        bool flag => flag,
        _ => throw Wrong(key, "true or false"),
    };

    public double Number(string key) => Find(key) switch
    {
        null => 0,
        long whole => whole,
        double number => number,
        _ => throw Wrong(key, "a number"),
    };

    public TomlTable? Table(string key) => Find(key) switch
    {
        null => null,
        TomlTable table => table,
        _ => throw Wrong(key, "a table"),
    };

    public IReadOnlyList<string> Texts(string key) => Items<string>(key, "a list of strings");

    /// <summary>Tables written as <c>[[key]]</c>, or as a list of inline tables.</summary>
    public IReadOnlyList<TomlTable> Tables(string key) => Items<TomlTable>(key, $"tables [[{NameOf(key)}]]");

    /// <summary>Refuses what nobody would read.</summary>
    public void AllowOnly(params ReadOnlySpan<string> known)
    {
        foreach (string key in _values.Keys)
        {
            bool isKnown = false;
            foreach (string name in known)
            {
                isKnown |= name.Equals(key, StringComparison.OrdinalIgnoreCase);
            }
            if (!isKnown)
            {
                throw new FormatException($"{NameOf(key)} is not supported");
            }
        }
    }

    private List<T> Items<T>(string key, string wanted)
    {
        var items = new List<T>();
        switch (Find(key))
        {
            case null:
                break;
            case List<object> list:
                foreach (object item in list)
                {
                    items.Add(item is T right ? right : throw Wrong(key, wanted));
                }
                break;
            default:
                throw Wrong(key, wanted);
        }
        return items;
    }

    private FormatException Wrong(string key, string wanted) => new($"{NameOf(key)} must be {wanted}");
}
