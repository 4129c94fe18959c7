using Agent.Components.Loki.SecretFilter.Toml;
using Agent.Sdk;
using Agent.Sdk.Patterns;

namespace Agent.Components.Loki.SecretFilter;

/// <summary>Reads rules from a configuration file of Gitleaks. Structure: https://github.com/gitleaks/gitleaks#configuration.</summary>
/// <remarks>What cannot be honoured (a rule that requires other rules near it, rules from a URL) is refused by name.</remarks>
internal static class GitleaksFile
{
    /// <summary>Files that extend files that extend files: Gitleaks stops there too.</summary>
    private const int MaxExtends = 2;

    private const long MaxBytes = 4 * 1024 * 1024;

    /// <exception cref="ComponentException">The file cannot be read or is wrong.</exception>
    public static SecretRules Read(string path)
    {
        SecretRules rules = Read(path, 0);
        foreach (SecretRule rule in rules.Rules)
        {
            if (rule.Regex is null && rule.Path is null)
            {
                throw new ComponentException(
                    $"cannot use gitleaks_config {path}: rule {rule.Id} has neither regex nor path, and extends no rule of that name");
            }
            if (rule.Regex is { } regex && rule.SecretGroup > regex.GroupCount)
            {
                throw new ComponentException(
                    $"cannot use gitleaks_config {path}: rule {rule.Id}: secretGroup is {rule.SecretGroup}, but its regex has {regex.GroupCount} groups");
            }
        }
        return rules;
    }

    /// <exception cref="FormatException">The text is wrong.</exception>
    public static SecretRules Parse(string text) => Parse(TomlReader.Read(text), 0);

    private static SecretRules Read(string path, int depth)
    {
        try
        {
            var file = new FileInfo(path);
            return file.Exists && file.Length > MaxBytes
                ? throw new FormatException($"it is larger than {MaxBytes} bytes")
                : Parse(TomlReader.Read(File.ReadAllText(path)), depth);
        }
        catch (Exception exception) when (exception is FormatException or IOException or UnauthorizedAccessException)
        {
            throw new ComponentException($"cannot use gitleaks_config {path}: {exception.Message}", exception);
        }
    }

    private static SecretRules Parse(TomlTable document, int depth)
    {
        document.AllowOnly("title", "description", "minVersion", "extend", "rules", "allowlist", "allowlists");
        var rules = new List<SecretRule>();
        foreach (TomlTable table in document.Tables("rules"))
        {
            rules.Add(Rule(table));
        }
        var global = new List<SecretAllowlist>();
        foreach (TomlTable table in AllowlistTables(document))
        {
            IReadOnlyList<string> targets = table.Texts("targetRules");
            if (targets.Count == 0)
            {
                global.Add(Allowlist(table));
            }
            else
            {
                AddTo(rules, targets, Allowlist(table));
            }
        }
        return Extend(new SecretRules(rules, global), document.Table("extend"), depth);
    }

    private static SecretRules Extend(SecretRules own, TomlTable? extend, int depth)
    {
        if (extend is null)
        {
            return own;
        }
        extend.AllowOnly("useDefault", "path", "disabledRules");
        string path = extend.Text("path");
        if (extend.Flag("useDefault") && path.Length > 0)
        {
            throw new FormatException("extend.useDefault and extend.path exclude each other");
        }
        if (depth >= MaxExtends && (extend.Flag("useDefault") || path.Length > 0))
        {
            throw new FormatException($"files extend each other more than {MaxExtends} deep");
        }
        IReadOnlyList<string> disabled = extend.Texts("disabledRules");
        if (extend.Flag("useDefault"))
        {
            return own.Extending(DefaultRules.Read(), disabled);
        }
        return path.Length > 0 ? own.Extending(Read(path, depth + 1), disabled) : own;
    }

    private static SecretRule Rule(TomlTable table)
    {
        table.AllowOnly(
            "id", "description", "regex", "secretGroup", "entropy", "path", "tags", "keywords", "skipReport", "allowlist", "allowlists");
        string id = table.Text("id");
        if (id.Length == 0)
        {
            throw new FormatException("a rule without id");
        }
        double group = table.Number("secretGroup");
        if (group < 0 || group != Math.Floor(group) || group > int.MaxValue)
        {
            throw new FormatException($"rule {id}: secretGroup must be the number of a group");
        }
        return new SecretRule
        {
            Id = id,
            Regex = PatternOf(table, "regex"),
            Path = PatternOf(table, "path"),
            SecretGroup = (int)group,
            Entropy = table.Number("entropy"),
            Keywords = [.. table.Texts("keywords").Where(static word => word.Length > 0)],
            Allowlists = [.. AllowlistTables(table).Select(Allowlist)],
            SkipReport = table.Flag("skipReport"),
        };
    }

    /// <summary><c>[[allowlists]]</c>, and the older <c>[allowlist]</c>, of which there is one.</summary>
    private static IEnumerable<TomlTable> AllowlistTables(TomlTable owner)
    {
        if (owner.Find("allowlist") is TomlTable single)
        {
            return [single, .. owner.Tables("allowlists")];
        }
        return [.. owner.Tables("allowlist"), .. owner.Tables("allowlists")];
    }

    private static SecretAllowlist Allowlist(TomlTable table)
    {
        table.AllowOnly("description", "condition", "commits", "paths", "regexTarget", "regexes", "stopwords", "targetRules");
        bool all = table.Text("condition").ToUpperInvariant() switch
        {
            "AND" or "&&" => true,
            "" or "OR" or "||" => false,
            _ => throw new FormatException($"{table.NameOf("condition")} must be OR or AND"),
        };
        AllowTarget target = table.Text("regexTarget").ToUpperInvariant() switch
        {
            "" or "SECRET" => AllowTarget.Secret,
            "MATCH" => AllowTarget.Match,
            "LINE" => AllowTarget.Line,
            _ => throw new FormatException($"{table.NameOf("regexTarget")} must be secret, match or line"),
        };
        return new SecretAllowlist(
            all, target,
            [.. table.Texts("regexes").Select(text => Parse(table.NameOf("regexes"), text))],
            [.. table.Texts("stopwords").Where(static word => word.Length > 0).Select(static word => Encoded(word))])
        {
            Paths = [.. table.Texts("paths").Select(text => Parse(table.NameOf("paths"), text))],
            NamesCommits = table.Texts("commits").Count > 0,
        };
    }

    private static byte[] Encoded(string word) => System.Text.Encoding.UTF8.GetBytes(word.ToLowerInvariant());

    private static void AddTo(List<SecretRule> rules, IReadOnlyList<string> targets, SecretAllowlist allowlist)
    {
        foreach (string id in targets)
        {
            int at = rules.FindIndex(rule => rule.Id == id);
            if (at < 0)
            {
                // Rules that are extended come in later; a rule that only carries the list is joined with its namesake there.
                rules.Add(new SecretRule { Id = id, Allowlists = [allowlist] });
            }
            else
            {
                rules[at] = rules[at] with { Allowlists = [.. rules[at].Allowlists, allowlist] };
            }
        }
    }

    private static Pattern? PatternOf(TomlTable table, string key) =>
        table.Text(key) is { Length: > 0 } text ? Parse($"{table.Text("id")}: {table.NameOf(key)}", text) : null;

    private static Pattern Parse(string name, string text) =>
        Pattern.TryParse(text, PatternOptions.None, out Pattern? pattern, out string? error)
            ? pattern
            : throw new FormatException($"{name}: {error}");
}
