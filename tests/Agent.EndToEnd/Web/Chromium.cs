using Agent.EndToEnd.Prometheus;
using Microsoft.Playwright;

namespace Agent.EndToEnd.Web;

/// <summary>One headless Chromium, that of the system: nothing is downloaded. Every <see cref="Screen"/> in it begins without cookies and storage.</summary>
public sealed class Chromium : IAsyncLifetime, IAsyncDisposable
{
    private const string Program = "chromium";
    private const float PatienceMilliseconds = 15_000;

    // Tests run as root in containers, where Chromium has no sandbox, and nothing here comes from outside.
    private static readonly string[] Flags =
    [
        "--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync",
        "--disable-dev-shm-usage",
    ];

    private IPlaywright? _driver;
    private IBrowser? _browser;

    /// <summary>Why no view can be looked at here; null where it can.</summary>
    public static string? Lack =>
        NativeBinary.Location is null ? NativeBinary.Missing
        : Peer.PathOf(Program) is null ? $"{Program} is not on the PATH: run build/peers as root, or install the package {Program}"
        : null;

    public async Task InitializeAsync()
    {
        if (Lack is not null)
        {
            return;
        }
        _driver = await Playwright.CreateAsync();
        Assertions.SetDefaultExpectTimeout(PatienceMilliseconds);
        _browser = await _driver.Chromium.LaunchAsync(new BrowserTypeLaunchOptions { ExecutablePath = Peer.PathOf(Program), Args = Flags });
    }

    /// <summary>A window that shows what an agent serves.</summary>
    internal async Task<Screen> OpenAsync(RunningAgent agent, string path)
    {
        IBrowserContext context = await _browser!.NewContextAsync(new BrowserNewContextOptions
        {
            BaseURL = agent.Address.ToString(),
            ViewportSize = new ViewportSize { Width = 1280, Height = 800 },
            ReducedMotion = ReducedMotion.Reduce,
            ColorScheme = ColorScheme.Light,
        });
        context.SetDefaultTimeout(PatienceMilliseconds);
        if (Accessibility.Script is { } script)
        {
            await context.AddInitScriptAsync(script);
        }
        var screen = new Screen(context, await context.NewPageAsync());
        await screen.GoAsync(path);
        return screen;
    }

    public async Task DisposeAsync()
    {
        if (_browser is not null)
        {
            await _browser.DisposeAsync();
        }
        _driver?.Dispose();
    }

    async ValueTask IAsyncDisposable.DisposeAsync() => await DisposeAsync();
}
