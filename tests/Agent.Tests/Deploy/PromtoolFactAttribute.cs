using Agent.Testing;

namespace Agent.Tests.Deploy;

/// <summary>A test that asks promtool (of Debian's package prometheus): skips, and says so, where there is none.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class PromtoolFactAttribute : FactAttribute
{
    public PromtoolFactAttribute()
    {
        if (Path is null)
        {
            Skip = "promtool is neither on the PATH nor in artifacts/peers";
        }
    }

    /// <summary>Where promtool is, or null; <c>build/peers</c> brings one.</summary>
    public static string? Path { get; } = (Environment.GetEnvironmentVariable("PATH") ?? "")
        .Split(System.IO.Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries)
        .Append(Repository.PathOf("artifacts/peers/usr/bin"))
        .Select(static folder => System.IO.Path.Combine(folder, "promtool"))
        .FirstOrDefault(System.IO.File.Exists);
}
