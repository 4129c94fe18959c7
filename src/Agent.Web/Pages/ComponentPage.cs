using Agent.Runtime.Graph;
using Agent.Web.Api;

namespace Agent.Web.Pages;

/// <summary>One component: health, arguments, exports, what it shows of itself.</summary>
internal static class ComponentPage
{
    public static string Write(string prefix, GraphView graph, ComponentNode node)
    {
        var page = new Html(prefix, node.Id);
        NodeHealth health = node.Health.Current;
        page.Raw("<p><a href=\"").Text(prefix).Raw("/\">All components</a></p>\n<h1>").Text(node.Id).Raw("</h1>\n<p>");
        IndexPage.WriteHealth(page, health);
        page.Raw(" ").Text(health.Message).Raw("</p>\n<p>").Text(node.Definition.Descriptor.Summary).Raw("</p>\n");
        WriteLinks(page, prefix, "Uses", graph.ReferencesOf(node));
        WriteLinks(page, prefix, "Used by", graph.ReferencedBy(node));
        WriteLinks(page, prefix, "Sends to", graph.FlowsTo(node));
        WriteSection(page, "Arguments", node.Block is { } block ? ShownText.Of(block, node.Definition.Descriptor.Arguments) : "");
        WriteSection(page, "Exports", node.ShownExports is { } exports ? ShownText.Of(exports) : "");
        WriteSection(page, "Debug state", node.DebugState is { } state ? ShownText.Of(state) : "");
        return page.Finish();
    }

    private static void WriteLinks(Html page, string prefix, string title, IEnumerable<string> ids)
    {
        bool any = false;
        foreach (string id in ids)
        {
            page.Raw(any ? ", " : $"<p>{title}: ").Raw("<a href=\"").Text($"{prefix}/component/{Uri.EscapeDataString(id)}").Raw("\">").Text(id).Raw("</a>");
            any = true;
        }
        if (any)
        {
            page.Raw("</p>\n");
        }
    }

    private static void WriteSection(Html page, string title, string text)
    {
        if (text.Length > 0)
        {
            page.Raw($"<h2>{title}</h2><pre>").Text(text).Raw("</pre>\n");
        }
    }
}
