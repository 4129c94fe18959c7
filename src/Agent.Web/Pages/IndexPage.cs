using System.Globalization;
using Agent.Runtime;
using Agent.Runtime.Graph;
using Agent.Web.Api;

namespace Agent.Web.Pages;

/// <summary>All components with their health, and how the last load went.</summary>
internal static class IndexPage
{
    public static string Write(string prefix, GraphView graph, LoadResult? last)
    {
        var page = new Html(prefix, "Invar");
        page.Raw("<h1>Invar</h1>\n");
        WriteLoad(page, last);
        page.Raw("<table><thead><tr><th>Health</th><th>Component</th><th>Type</th><th>Message</th></tr></thead><tbody>\n");
        foreach (ComponentNode node in graph.Components)
        {
            NodeHealth health = node.Health.Current;
            page.Raw("<tr><td>");
            WriteHealth(page, health);
            page.Raw("</td><td><a href=\"").Text($"{prefix}/component/{Uri.EscapeDataString(node.Id)}").Raw("\">").Text(node.Id)
                .Raw("</a></td><td>").Text(node.Definition.Descriptor.Name).Raw("</td><td>").Text(health.Message).Raw("</td></tr>\n");
        }
        return page.Raw("</tbody></table>\n").Finish();
    }

    public static void WriteHealth(Html page, NodeHealth health)
    {
        string name = ComponentJson.NameOf(health.State);
        page.Raw("<span class=\"health ").Raw(name).Raw("\">").Raw(name).Raw("</span>");
    }

    private static void WriteLoad(Html page, LoadResult? last)
    {
        if (last is null)
        {
            page.Raw("<p>No configuration is loaded yet.</p>\n");
            return;
        }
        string when = last.At.UtcDateTime.ToString("yyyy-MM-dd HH:mm:ss 'UTC'", CultureInfo.InvariantCulture);
        if (last.Success)
        {
            page.Raw("<p>Configuration loaded at ").Text(when).Raw(".</p>\n");
            return;
        }
        page.Raw("<p><span class=\"health failed\">failed</span> The last load, at ").Text(when)
            .Raw(", was refused; what ran before goes on.</p><pre>").Text(last.ErrorText).Raw("</pre>\n");
    }
}
