namespace Agent.Tests.Deploy;

/// <summary>A test that asks promtool (of Debian's package prometheus): skips, and says so, where it is not installed.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class PromtoolFactAttribute : FactAttribute
{
    public PromtoolFactAttribute()
    {
        if (Path is null)
        {
            Skip = "promtool is not installed";
        }
    }

    /// <summary>Where promtool is, or null.</summary>
    public static string? Path { get; } = (Environment.GetEnvironmentVariable("PATH") ?? "")
        .Split(System.IO.Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries)
        .Select(static folder => System.IO.Path.Combine(folder, "promtool"))
        .FirstOrDefault(System.IO.File.Exists);
}
