using System.Text;
using Agent.Runtime.Configuration;
using Agent.Runtime.Graph;
using Agent.Syntax;
using Agent.Web.Support;

namespace Agent.Web.Api.V1;

/// <summary>Configuration files as people may see them, line for line.</summary>
/// <remarks>
/// Of a file that does not parse nobody can say which text is a secret. There every text in quotes is hidden, but for those that the
/// running configuration shows too.
/// </remarks>
internal sealed class ShownSource(BlockCatalog catalog, ConfigurationSource? running)
{
    public byte[] Of(FileNode file)
    {
        return Parser.ParseFile(file.Source).Diagnostics.Any(static diagnostic => diagnostic.Severity == Severity.Error)
            ? Encoding.UTF8.GetBytes(HideUnknownTexts(Encoding.UTF8.GetString(file.Source.Bytes)))
            : OfSound(file);
    }

    /// <summary>A file that is known to parse.</summary>
    public byte[] OfSound(FileNode file) => new RedactedSource(catalog) { KeepsLines = true }.Of(file);

    private string HideUnknownTexts(string source)
    {
        var known = new HashSet<string>(StringComparer.Ordinal) { "\"\"" };
        foreach (FileNode file in running?.Files ?? [])
        {
            known.UnionWith(QuotedText.Split(Encoding.UTF8.GetString(OfSound(file))).Where(static piece => piece.IsQuoted).Select(static piece => piece.Text));
        }
        var shown = new StringBuilder(source.Length);
        foreach ((string text, bool isQuoted) in QuotedText.Split(source))
        {
            if (!isQuoted || known.Contains(text))
            {
                shown.Append(text);
                continue;
            }
            shown.Append(text[0] == '/' ? "// comment" : "\"(secret)\"").Append('\n', text.AsSpan().Count('\n'));
        }
        return UrlPasswords.Redact(shown.ToString());
    }
}
