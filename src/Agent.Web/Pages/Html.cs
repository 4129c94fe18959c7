using System.Net;
using System.Text;

namespace Agent.Web.Pages;

/// <summary>Builds a page; everything that comes from outside goes through <see cref="Text"/>.</summary>
internal sealed class Html
{
    private readonly StringBuilder _page = new();

    public Html(string prefix, string title)
    {
        Raw("<!doctype html><html lang=\"en\"><head><meta charset=\"utf-8\"><meta name=\"viewport\" content=\"width=device-width, initial-scale=1\"><title>");
        Text(title).Raw("</title><link rel=\"stylesheet\" href=\"").Text(prefix).Raw("/style.css\"></head><body><main>\n");
    }

    public Html Raw(string markup)
    {
        _page.Append(markup);
        return this;
    }

    public Html Text(string text)
    {
        _page.Append(WebUtility.HtmlEncode(text));
        return this;
    }

    public string Finish() => _page.Append("</main></body></html>\n").ToString();
}
