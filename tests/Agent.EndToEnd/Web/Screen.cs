using System.Collections.Concurrent;
using Agent.Testing;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace Agent.EndToEnd.Web;

/// <summary>A window of the browser, which remembers every error that the browser had to report.</summary>
internal sealed class Screen : IAsyncDisposable
{
    private static readonly string Pictures = Repository.PathOf("artifacts/screenshots");
    private readonly IBrowserContext _context;
    private readonly ConcurrentQueue<string> _errors = [];

    public Screen(IBrowserContext context, IPage page)
    {
        (_context, Page) = (context, page);
        page.Console += (_, message) => Take(message.Type == "error", message.Text);
        page.PageError += (_, error) => Take(true, error);
    }

    public IPage Page { get; }

    /// <summary>The rows of the table with that name, its head left out.</summary>
    public ILocator Rows(string table) => Page.GetByRole(AriaRole.Region, new() { Name = table, Exact = true }).Locator("tbody > tr:not(.detail)");

    /// <summary>The box of a component in the graph.</summary>
    public ILocator Box(string id) => Page.Locator($".react-flow__node[data-id='{id}'] .box");

    /// <summary>The line between two components in the graph.</summary>
    public ILocator Edge(string from, string to, string type) => Page.Locator($".react-flow__edge[data-id='{from} {to} {type}'] .react-flow__edge-path");

    public ILocator Button(string name) => Page.GetByRole(AriaRole.Button, new() { Name = name, Exact = true });

    public ILocator Link(string name) => Page.GetByRole(AriaRole.Link, new() { Name = name, Exact = true });

    public ILocator Labelled(string label) => Page.GetByLabel(label, new() { Exact = true });

    /// <summary>The list to choose from with that label.</summary>
    public ILocator Choice(string label) => Page.Locator("label.choice").Filter(new() { Has = Page.Locator("span").GetByText(label, new() { Exact = true }) }).Locator("select");

    public async Task GoAsync(string path)
    {
        await Page.GotoAsync(path);
        await Expect(Page.Locator("main")).Not.ToHaveTextAsync("Loading…");
        await Expect(Page.Locator("main")).Not.ToBeEmptyAsync();
    }

    /// <summary>Keeps a picture among the artefacts.</summary>
    public Task PictureAsync(string name) => Page.ScreenshotAsync(new() { Path = Path.Combine(Pictures, $"{name}.png") });

    /// <summary>Fails where the browser reported an error, be it of a script, of what a page may load, or of an answer.</summary>
    public void AssertNoErrors() => Assert.Empty(_errors);

    public async ValueTask DisposeAsync() => await _context.DisposeAsync();

    private void Take(bool isError, string text)
    {
        if (isError)
        {
            _errors.Enqueue(text);
        }
    }
}
