namespace Agent.Testing;

/// <summary>The checkout that the tests were built from.</summary>
public static class Repository
{
    /// <summary>The folder that holds Agent.sln.</summary>
    public static string Root { get; } = Find();

    /// <summary>The full path of a file or folder, given with slashes and relative to the root.</summary>
    public static string PathOf(string relative) => Path.Combine(Root, relative);

    private static string Find()
    {
        for (DirectoryInfo? at = new(AppContext.BaseDirectory); at is not null; at = at.Parent)
        {
            if (File.Exists(Path.Combine(at.FullName, "Agent.sln")))
            {
                return at.FullName;
            }
        }
        throw new InvalidOperationException($"cannot find Agent.sln in any folder above {AppContext.BaseDirectory}");
    }
}
