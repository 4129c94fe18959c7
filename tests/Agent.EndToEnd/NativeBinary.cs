using Agent.Testing;

namespace Agent.EndToEnd;

/// <summary>The published program under test: the file named by INVAR_BINARY, else artifacts/invar of the checkout.</summary>
internal static class NativeBinary
{
    public const string Missing = "native binary not found: run make build, or set INVAR_BINARY";

    /// <summary>Null where it is missing (tests then skip, visibly).</summary>
    public static string? Location { get; } = Find();

    private static string? Find()
    {
        string path = Environment.GetEnvironmentVariable("INVAR_BINARY") is { Length: > 0 } named
            ? Path.GetFullPath(named)
            : Repository.PathOf("artifacts/invar");
        return File.Exists(path) ? path : null;
    }
}
