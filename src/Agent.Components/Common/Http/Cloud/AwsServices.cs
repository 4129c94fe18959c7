using System.Collections;

namespace Agent.Components.Common.Http.Cloud;

/// <summary>The surroundings that credentials of AWS come from.</summary>
/// <param name="Variables">Of the environment.</param>
/// <param name="Metadata">Where the machine asks for its role.</param>
/// <param name="Sts">Where roles are assumed; null for the region's own service.</param>
internal sealed record AwsServices(IReadOnlyDictionary<string, string> Variables, string Metadata, string? Sts)
{
    public static AwsServices FromEnvironment() => new(
        Environment.GetEnvironmentVariables().Cast<DictionaryEntry>()
            .Where(static entry => entry.Value is string)
            .ToDictionary(static entry => (string)entry.Key, static entry => (string)entry.Value!),
        "http://169.254.169.254", null);

    /// <summary>Empty where it is not set.</summary>
    public string Variable(string name) => Variables.GetValueOrDefault(name) ?? "";
}

/// <summary>A profile of the shared files of the AWS tools; where both files name a thing, that of the credentials file counts.</summary>
internal static class AwsProfile
{
    /// <summary>Empty where there is no such profile.</summary>
    /// <exception cref="HttpRequestException">A file cannot be read.</exception>
    public static Dictionary<string, string> Read(AwsServices services, string name)
    {
        string home = services.Variable("HOME") is { Length: > 0 } given ? given : "/root";
        string config = services.Variable("AWS_CONFIG_FILE") is { Length: > 0 } first ? first : Path.Combine(home, ".aws", "config");
        string shared = services.Variable("AWS_SHARED_CREDENTIALS_FILE") is { Length: > 0 } second ? second : Path.Combine(home, ".aws", "credentials");
        var values = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
        Add(config, name == "default" ? "default" : $"profile {name}", values);
        Add(shared, name, values);
        return values;
    }

    private static void Add(string path, string section, Dictionary<string, string> values)
    {
        if (!File.Exists(path))
        {
            return;
        }
        bool isIn = false;
        foreach (string raw in new Credential(null, path).Reveal().Split('\n'))
        {
            string line = raw.Trim();
            if (line.StartsWith('['))
            {
                isIn = line.Trim('[', ']', ' ') == section;
            }
            else if (isIn && line.IndexOf('=', StringComparison.Ordinal) is > 0 and int at && line[0] is not ('#' or ';'))
            {
                values[line[..at].Trim()] = line[(at + 1)..].Trim();
            }
        }
    }
}
