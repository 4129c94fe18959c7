using System.Text;

namespace Agent.Generators;

/// <summary>Names as users write them, from names as C# writes them.</summary>
/// <remarks>
/// A capital starts a word (<c>MaxBackoffRetries</c>: <c>max_backoff_retries</c>); a run of capitals is one word whose last letter
/// belongs to the next (<c>TLSConfig</c>: <c>tls_config</c>). Digits belong to the word before them (<c>EnableHttp2</c>:
/// <c>enable_http2</c>, <c>Sha256</c>: <c>sha256</c>), except the three of a status code after <c>Http</c>
/// (<c>RetryOnHttp429</c>: <c>retry_on_http_429</c>). Whatever is odder than that says <c>[Name("...")]</c>.
/// </remarks>
internal static class SnakeCase
{
    public static string Of(string name)
    {
        var text = new StringBuilder(name.Length + 8);
        for (int i = 0; i < name.Length; i++)
        {
            char c = name[i];
            if (i > 0 && c != '_' && name[i - 1] != '_' && StartsWord(name, i))
            {
                text.Append('_');
            }
            text.Append(char.ToLowerInvariant(c));
        }
        return text.ToString();
    }

    /// <summary>The class name that belongs to a dotted name: <c>loki.source.k8s_events</c>: <c>LokiSourceK8sEvents</c>.</summary>
    public static string ToPascal(string dotted)
    {
        var text = new StringBuilder(dotted.Length);
        foreach (string word in dotted.Split('.', '_'))
        {
            if (word.Length > 0)
            {
                text.Append(char.ToUpperInvariant(word[0])).Append(word, 1, word.Length - 1);
            }
        }
        return text.ToString();
    }

    private static bool StartsWord(string name, int i)
    {
        char before = name[i - 1];
        if (char.IsUpper(name[i]))
        {
            return !char.IsUpper(before) || (i + 1 < name.Length && char.IsLower(name[i + 1]));
        }
        return char.IsDigit(name[i]) && !char.IsDigit(before) && IsStatusCode(name, i);
    }

    private static bool IsStatusCode(string name, int i)
    {
        int end = i;
        while (end < name.Length && char.IsDigit(name[end]))
        {
            end++;
        }
        return end - i == 3 && name.Substring(0, i).EndsWith("Http", StringComparison.Ordinal);
    }
}
