using Agent.Sdk.Patterns;
using Agent.Telemetry;

namespace Agent.Components.Prometheus.Scrape;

/// <summary>Takes passwords out of what is shown of a target: its URL, labels, and the texts of errors, which hold the URL.</summary>
internal static class TargetSecrets
{
    private const string Hidden = "(secret)";
    private const string SecretName = "(?:token|passw|pwd|secret|api_?key|apikey|signature|credential)";

    /// <summary>Name and password before a host. The URL of a target has the at sign escaped.</summary>
    private static readonly Pattern Credentials = Pattern.Parse("""://[^\s/?#@"`]*(?:@|%40)""");
    private static readonly PatternTemplate WithoutCredentials = Credentials.Template($"://{Hidden}@");

    /// <summary>The same in a URL that is a parameter of another, as a prober's target is.</summary>
    private static readonly Pattern Escaped = Pattern.Parse("""%3A%2F%2F(?:[^%&\s]|%[013-9A-F][0-9A-F]|%2[0-9A-E])*%40""");
    private static readonly PatternTemplate WithoutEscaped = Escaped.Template($"%3A%2F%2F{Hidden}%40");

    private static readonly Pattern Parameter = Pattern.Parse($$"""(?i)([?&][^=&\s]*{{SecretName}}[^=&\s]*=)[^&\s"]+""");
    private static readonly PatternTemplate WithoutParameter = Parameter.Template($"${{1}}{Hidden}");

    /// <summary>Name and password where a scheme is not written: as addresses stand in labels.</summary>
    private static readonly Pattern Address = Pattern.Parse("^[^\\s/:@]*:[^\\s/@]*@");
    private static readonly PatternTemplate WithoutAddress = Address.Template($"{Hidden}@");

    private static readonly Pattern SecretLabel = Pattern.Parse($"(?i)^__param_.*{SecretName}");

    /// <summary>A URL, or a text with some, as people may see it.</summary>
    public static string Hide(string text)
    {
        if (text.Contains('@', StringComparison.Ordinal) || text.Contains("%40", StringComparison.Ordinal))
        {
            text = Credentials.Replace(text, WithoutCredentials);
            text = Escaped.Replace(text, WithoutEscaped);
        }
        return text.Contains('?', StringComparison.Ordinal) ? Parameter.Replace(text, WithoutParameter) : text;
    }

    /// <summary>The same set where there is nothing to hide, as nearly always.</summary>
    public static LabelSet Hide(LabelSet labels)
    {
        LabelSet shown = labels;
        foreach (Label label in labels)
        {
            string value = Hide(label);
            if (!ReferenceEquals(value, label.Value))
            {
                shown = shown.With(label.Name, value);
            }
        }
        return shown;
    }

    private static string Hide(Label label)
    {
        if (label.Name.StartsWith("__param_", StringComparison.Ordinal) && SecretLabel.IsMatch(label.Name))
        {
            return Hidden;
        }
        bool isAddress = label.Name is "__address__" or "instance" && label.Value.Contains('@', StringComparison.Ordinal);
        if (isAddress && Address.IsMatch(label.Value))
        {
            return Address.Replace(label.Value, WithoutAddress);
        }
        return label.Value.Contains("://", StringComparison.Ordinal) ? Hide(label.Value) : label.Value;
    }
}
