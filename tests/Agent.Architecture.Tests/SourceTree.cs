using Agent.Testing;

namespace Agent.Architecture.Tests;

/// <summary>The C# sources of the checkout, without what builds leave behind.</summary>
internal static class SourceTree
{
    public static IEnumerable<SourceFile> Files(params ReadOnlySpan<string> folders)
    {
        List<SourceFile> found = [];
        foreach (string folder in folders)
        {
            string root = Repository.PathOf(folder);
            foreach (string path in Directory.EnumerateFiles(root, "*.cs", SearchOption.AllDirectories))
            {
                string relative = Path.GetRelativePath(Repository.Root, path);
                if (!relative.Split('/').Any(static part => part is "obj" or "bin"))
                {
                    found.Add(new SourceFile(relative, File.ReadAllLines(path)));
                }
            }
        }
        return found;
    }
}

/// <param name="Path">Relative to the root of the checkout.</param>
/// <param name="Lines">The text.</param>
internal sealed record SourceFile(string Path, string[] Lines)
{
    /// <summary>The project below src or tests that holds the file.</summary>
    public string Project => Path.Split('/')[1];

    /// <summary>Namespaces named by <c>using</c> lines, aliases and static ones included.</summary>
    public IEnumerable<string> Usings()
    {
        foreach (string line in Lines)
        {
            string text = line.Trim();
            text = text.StartsWith("global ", StringComparison.Ordinal) ? text["global ".Length..] : text;
            if (!text.StartsWith("using ", StringComparison.Ordinal) || !text.EndsWith(';') || text.Contains('(', StringComparison.Ordinal))
            {
                continue;
            }
            text = text["using ".Length..^1];
            text = text.StartsWith("static ", StringComparison.Ordinal) ? text["static ".Length..] : text;
            int alias = text.IndexOf('=', StringComparison.Ordinal);
            yield return text[(alias + 1)..].Trim();
        }
    }
}
