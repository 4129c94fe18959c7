using System.Text.Json;

namespace Agent.Testing;

/// <summary>Finds the golden data: the folder named by CONFORMANCE, else shared/conformance beside the checkout.</summary>
public static class Conformance
{
    public const string Missing = "golden data not found: set CONFORMANCE to its folder";

    /// <summary>The folder, or null where it is missing (tests then skip, visibly).</summary>
    public static string? Root { get; } = FindRoot();

    /// <summary>The path of a file in the golden data, or null where the folder is missing.</summary>
    public static string? PathOf(string relative) => Root is null ? null : Path.Combine(Root, relative);

    public static JsonDocument Load(string relative) =>
        JsonDocument.Parse(File.ReadAllBytes(Path.Combine(Root!, relative)));

    private static string? FindRoot()
    {
        if (Environment.GetEnvironmentVariable("CONFORMANCE") is { Length: > 0 } named)
        {
            return Directory.Exists(named) ? Path.GetFullPath(named) : null;
        }
        string beside = Path.Combine(Repository.Root, "..", "shared", "conformance");
        return Directory.Exists(beside) ? Path.GetFullPath(beside) : null;
    }
}
