using System.Diagnostics;
using Agent.Testing;

namespace Agent.EndToEnd;

/// <summary>The published program under test: the file named by INVAR_BINARY, else artifacts/invar of the checkout.</summary>
internal static class NativeBinary
{
    public const string Missing = "native binary not found: run make build, or set INVAR_BINARY";

    /// <summary>Null where it is missing (tests then skip, visibly).</summary>
    public static string? Location { get; } = Find();

    /// <summary>Names of the components that the program knows; empty without a program.</summary>
    public static IReadOnlySet<string> Components => Known.Value;

    private static Lazy<IReadOnlySet<string>> Known { get; } = new(Ask);

    private static string? Find()
    {
        string path = Environment.GetEnvironmentVariable("INVAR_BINARY") is { Length: > 0 } named
            ? Path.GetFullPath(named)
            : Repository.PathOf("artifacts/invar");
        return File.Exists(path) ? path : null;
    }

    private static HashSet<string> Ask()
    {
        if (Location is null)
        {
            return [];
        }
        using var process = Process.Start(new ProcessStartInfo(Location, "components") { RedirectStandardOutput = true })!;
        string[] lines = process.StandardOutput.ReadToEnd().Split('\n');
        process.WaitForExit();
        return [.. lines.Select(static line => line.Split(' ')).Where(static words => words is ["component", _]).Select(static words => words[1])];
    }
}
