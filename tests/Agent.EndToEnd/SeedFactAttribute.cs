using Agent.Testing;

namespace Agent.EndToEnd;

/// <summary>
/// A test of the published native binary on a configuration from production, which lies beside the golden data and not in the
/// repository: skips, and says so, where either is missing.
/// </summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class SeedFactAttribute : FactAttribute
{
    public SeedFactAttribute(string file)
    {
        Skip = NativeBinary.Location is null ? NativeBinary.Missing
            : PathOf(file) is null ? $"configuration {file} not found: it is looked for in the folder seeds beside the golden data"
            : null;
    }

    /// <summary>Null where it is missing.</summary>
    public static string? PathOf(string file)
    {
        string? path = Conformance.Root is null ? null : Path.Combine(Conformance.Root, "..", "seeds", file);
        return File.Exists(path) ? path : null;
    }
}
