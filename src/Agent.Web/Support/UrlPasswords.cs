using Agent.Sdk.Patterns;

namespace Agent.Web.Support;

/// <summary>Takes names and passwords out of addresses such as <c>http://name:password@host</c>.</summary>
internal static class UrlPasswords
{
    private static readonly Pattern Credentials = Pattern.Parse("""://[^\s/?#@"`]*@""");
    private static readonly PatternTemplate Redacted = Credentials.Template("://(secret)@");

    public static string Redact(string text) => Credentials.Replace(text, Redacted);
}
