using System.Text;
using System.Text.RegularExpressions;
using System.Xml;
using System.Xml.Linq;
using Microsoft.CodeAnalysis;

namespace Agent.Generators;

/// <summary>Reads doc comments as plain text for the schema.</summary>
internal static class DocText
{
    public static string Summary(ISymbol symbol)
    {
        string own = Plain(Load(symbol)?.Element("summary"));
        if (own.Length > 0 || symbol is not IPropertySymbol property)
        {
            return own;
        }
        // A positional record documents its properties as parameters.
        XElement? parameter = Load(property.ContainingType)?.Elements("param")
            .FirstOrDefault(element => (string?)element.Attribute("name") == property.Name);
        return Plain(parameter);
    }

    /// <summary>The <c>example</c> tag with its line breaks, without the indentation that all lines share.</summary>
    public static string Example(ISymbol symbol)
    {
        string text = Load(symbol)?.Element("example")?.Value ?? "";
        List<string> lines = [.. text.Replace("\r", "").Split('\n').Select(static line => line.TrimEnd())];
        lines.RemoveRange(0, lines.TakeWhile(static line => line.Length == 0).Count());
        while (lines.Count > 0 && lines[lines.Count - 1].Length == 0)
        {
            lines.RemoveAt(lines.Count - 1);
        }
        if (lines.Count == 0)
        {
            return "";
        }
        int indent = lines.Where(static line => line.Length > 0).Min(static line => line.Length - line.TrimStart().Length);
        return string.Join("\n", lines.Select(line => line.Length == 0 ? line : line.Substring(indent))) + "\n";
    }

    private static XElement? Load(ISymbol symbol)
    {
        string? xml = symbol.GetDocumentationCommentXml();
        if (string.IsNullOrWhiteSpace(xml))
        {
            return null;
        }
        try
        {
            return XElement.Parse(xml, LoadOptions.PreserveWhitespace);
        }
        catch (XmlException)
        {
            // The compiler itself warns about a malformed comment, and warnings break the build.
            return null;
        }
    }

    private static string Plain(XElement? element)
    {
        if (element is null)
        {
            return "";
        }
        var text = new StringBuilder();
        foreach (XNode node in element.DescendantNodes())
        {
            Append(text, node);
        }
        return Regex.Replace(text.ToString(), @"\s+", " ").Trim();
    }

    private static void Append(StringBuilder text, XNode node)
    {
        if (node is XText content)
        {
            bool code = content.Parent?.Name.LocalName == "c";
            text.Append(code ? $"`{content.Value}`" : content.Value);
        }
        else if (node is XElement { Name.LocalName: "see" or "paramref" } reference)
        {
            string target = (string?)reference.Attribute("cref") ?? (string?)reference.Attribute("name") ?? (string?)reference.Attribute("langword") ?? "";
            text.Append('`').Append(target.Substring(target.LastIndexOfAny(['.', ':']) + 1)).Append('`');
        }
    }
}
