using Agent.Runtime.Evaluation;
using Agent.Sdk.Declarations;
using Agent.Syntax.Values;

namespace Agent.Runtime.StandardLibrary;

/// <summary>The standard library as names for expressions.</summary>
public sealed class StandardLibraryScope : IScope
{
    // Names of before functions had namespaces.
    private static readonly Dictionary<string, string> Deprecated = new(StringComparer.Ordinal)
    {
        ["env"] = "sys.env",
        ["nonsensitive"] = "convert.nonsensitive",
        ["concat"] = "array.concat",
        ["json_decode"] = "encoding.from_json",
        ["yaml_decode"] = "encoding.from_yaml",
        ["base64_decode"] = "encoding.from_base64",
        ["format"] = "string.format",
        ["join"] = "string.join",
        ["replace"] = "string.replace",
        ["split"] = "string.split",
        ["to_lower"] = "string.to_lower",
        ["to_upper"] = "string.to_upper",
        ["trim"] = "string.trim",
        ["trim_prefix"] = "string.trim_prefix",
        ["trim_suffix"] = "string.trim_suffix",
        ["trim_space"] = "string.trim_space",
    };

    private readonly Dictionary<string, LibraryFunction> _functions;
    private readonly Dictionary<string, Value> _roots = new(StringComparer.Ordinal);

    public StandardLibraryScope(StandardLibraryOptions options)
    {
        IEnumerable<LibraryFunction> all =
            [.. StringFunctions.All, .. ArrayFunctions.All, .. EncodingFunctions.All, .. SystemFunctions.All(options)];
        _functions = all.ToDictionary(static function => function.Name, StringComparer.Ordinal);
        foreach (IGrouping<string, LibraryFunction> space in _functions.Values.GroupBy(static function => Namespace(function.Name)))
        {
            if (space.Key.Length > 0)
            {
                _roots[space.Key] = new MapValue(space.ToDictionary(
                    static function => function.Name[(Namespace(function.Name).Length + 1)..], static Value (function) => function.ToValue(), StringComparer.Ordinal));
                continue;
            }
            foreach (LibraryFunction function in space)
            {
                _roots[function.Name] = function.ToValue();
            }
        }
        foreach ((string name, string target) in Deprecated)
        {
            _roots[name] = (_functions[target] with { Name = name }).ToValue();
        }
        _roots["constants"] = Constants.Of(options);
    }

    /// <summary>True where the library knows a chain that begins with <paramref name="root"/>.</summary>
    public bool Contains(string root) => _roots.ContainsKey(root);

    public static bool IsDeprecated(string root) => Deprecated.ContainsKey(root);

    /// <summary>What to write instead of a deprecated name, or null where the name is not deprecated.</summary>
    public static string? ReplacementOf(string root) => Deprecated.GetValueOrDefault(root);

    /// <summary>How settled a function is, by its full dotted name; other names are generally available.</summary>
    public Stability StabilityOf(string dotted) =>
        _functions.TryGetValue(dotted, out LibraryFunction? function) ? function.Stability : Stability.GenerallyAvailable;

    public Resolution Resolve(IReadOnlyList<string> parts) =>
        _roots.TryGetValue(parts[0], out Value? value) ? Resolution.Found(value, 1) : Resolution.Unknown;

    private static string Namespace(string name) => name.Contains('.') ? name[..name.IndexOf('.')] : "";
}
