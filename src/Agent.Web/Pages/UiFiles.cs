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

    /// <summary>The page that every path of the UI begins with, for a prefix without a slash at its end.</summary>
    public UiPage PageFor(string prefix)
    {
        using Stream packed = _assembly.GetManifestResourceStream(Root + Page) ?? throw new InvalidOperationException("BUG: the web UI is not embedded");
        using var reader = new StreamReader(new GZipStream(packed, CompressionMode.Decompress), Encoding.UTF8);
        string path = Uri.EscapeDataString(prefix + "/").Replace("%2F", "/", StringComparison.Ordinal);
        byte[] html = Encoding.UTF8.GetBytes(reader.ReadToEnd().Replace(BaseElement, $"<base href=\"{path}\"", StringComparison.Ordinal));
        var hash = new Sha256();
        hash.Append(html);
        return new UiPage(html, $"\"{hash.Finish()[..32]}\"");
    }
}

/// <summary>The page, and what tells its versions apart.</summary>
internal sealed record UiPage(byte[] Html, string EntityTag);
