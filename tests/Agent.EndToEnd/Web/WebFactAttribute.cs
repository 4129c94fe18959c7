namespace Agent.EndToEnd.Web;

/// <summary>A test of the web UI of the published native binary in a browser: skips, and says so, where either is missing.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class WebFactAttribute : FactAttribute
{
    /// <param name="axe">Whether the test needs axe-core too.</param>
    public WebFactAttribute(bool axe = false) => Skip = Chromium.Lack ?? (axe ? Accessibility.Lack : null);
}
