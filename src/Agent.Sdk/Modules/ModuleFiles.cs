namespace Agent.Sdk.Modules;

/// <summary>Reads modules from disk.</summary>
public static class ModuleFiles
{
    /// <summary>The path that an <c>import.file</c> block means: as written, or in the folder of the importing module where it exists only there.</summary>
    /// <param name="written">What the configuration says; a relative path starts at the working directory, as in Alloy.</param>
    /// <param name="modulePath">The folder of the importing module.</param>
    public static string Resolve(string written, string modulePath)
    {
        if (Path.IsPathRooted(written) || Exists(written))
        {
            return written;
        }
        string beside = Path.Combine(modulePath, written);
        return Exists(beside) ? beside : written;
    }

    /// <summary>Reads a file, or every <c>*.alloy</c> of a folder (not its subfolders).</summary>
    /// <exception cref="ComponentException">There is nothing to read, or too much.</exception>
    public static ModuleContent Read(string path)
    {
        try
        {
            if (Directory.Exists(path))
            {
                string[] files = [.. Directory.EnumerateFiles(path, "*.alloy").Order(StringComparer.Ordinal)];
                return new ModuleContent(Read(files), path, Path.GetFullPath(path));
            }
            return new ModuleContent(Read([path]), Path.GetDirectoryName(path) ?? "", Path.GetFullPath(path));
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new ComponentException($"cannot read module {path}: {exception.Message}", exception);
        }
    }

    private static ValueList<ModuleFile> Read(IReadOnlyList<string> paths)
    {
        long bytes = 0;
        foreach (string path in paths)
        {
            bytes += new FileInfo(path).Length;
            if (bytes > ModuleContent.LongestBytes)
            {
                throw new ComponentException($"cannot read module {path}: larger than {ModuleContent.LongestBytes / 1024 / 1024} MiB");
            }
        }
        return [.. paths.Select(static path => new ModuleFile(path, File.ReadAllText(path)))];
    }

    private static bool Exists(string path) => File.Exists(path) || Directory.Exists(path);
}
