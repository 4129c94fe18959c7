using System.IO.Compression;
using System.Reflection;
using System.Text;
using Agent.Runtime.Configuration;

namespace Agent.Web.Pages;

/// <summary>The files of the web UI, as they are embedded: each packed with gzip.</summary>
/// <remarks>Names are looked up in a list, so that nothing outside of it can be asked for. What nobody asks for is never read into memory.</remarks>
internal sealed class UiFiles
{
    private const string Root = "ui/";
    private const string Page = "index.html";
    private const string BaseElement = "<base href=\"/\"";
    private const string TitleElement = "<title>";
    private readonly Assembly _assembly = typeof(UiFiles).Assembly;
    private readonly HashSet<string> _names;

    public UiFiles()
    {
        _names = new HashSet<string>(
            _assembly.GetManifestResourceNames().Where(static name => name.StartsWith(Root, StringComparison.Ordinal)).Select(static name => name[Root.Length..]),
            StringComparer.Ordinal);
    }

    /// <summary>The content of one file, packed; null where there is none of that name. The page itself is not among them.</summary>
    public Stream? Open(string name) => name != Page && _names.Contains(name) ? _assembly.GetManifestResourceStream(Root + name) : null;

    /// <summary>The page that every path of the UI begins with.</summary>
    /// <param name="prefix">Without a slash at its end.</param>
    /// <param name="view">Whose files the browser is to load at once, and not when the script asks for them; empty for none.</param>
    public UiPage PageFor(string prefix, string view)
    {
        using Stream packed = _assembly.GetManifestResourceStream(Root + Page) ?? throw new InvalidOperationException("BUG: the web UI is not embedded");
        using var reader = new StreamReader(new GZipStream(packed, CompressionMode.Decompress), Encoding.UTF8);
        string path = Uri.EscapeDataString(prefix + "/").Replace("%2F", "/", StringComparison.Ordinal);
        string text = reader.ReadToEnd()
            .Replace(BaseElement, $"<base href=\"{path}\"", StringComparison.Ordinal)
            .Replace(TitleElement, LinksOf(view) + TitleElement, StringComparison.Ordinal);
        byte[] html = Encoding.UTF8.GetBytes(text);
        var hash = new Sha256();
        hash.Append(html);
        return new UiPage(html, $"\"{hash.Finish()[..32]}\"");
    }

    /// <summary>What the view is made of, which is named after it, and the questions that the page begins with.</summary>
    private string LinksOf(string view)
    {
        var links = new StringBuilder();
        string start = view.Length == 0 ? "" : $"assets/{char.ToUpperInvariant(view[0])}{view[1..]}-";
        foreach (string name in _names.Where(name => start.Length > 0 && name.StartsWith(start, StringComparison.Ordinal)).Order(StringComparer.Ordinal))
        {
            links.Append(name.EndsWith(".css", StringComparison.Ordinal) ? "<link rel=\"stylesheet\"" : "<link rel=\"modulepreload\"")
                .Append(" crossorigin href=\"./").Append(name).Append("\" />");
        }
        AddQuestion(links, "status");
        if (view is "graph" or "components" or "files" or "endpoints")
        {
            AddQuestion(links, view);
        }
        return links.ToString();
    }

    private static void AddQuestion(StringBuilder links, string name) =>
        links.Append("<link rel=\"preload\" as=\"fetch\" crossorigin href=\"api/v1/").Append(name).Append("\" />");
}

/// <summary>The page, and what tells its versions apart.</summary>
internal sealed record UiPage(byte[] Html, string EntityTag);
