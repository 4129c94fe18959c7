using Agent.Syntax;

namespace Agent.Runtime.Configuration;

/// <summary>The parsed files of one configuration.</summary>
/// <param name="Path">The file or folder that was asked for.</param>
/// <param name="Files">In ordinal order of their names.</param>
public sealed record ConfigurationSource(string Path, IReadOnlyList<FileNode> Files)
{
    /// <summary>SHA-256 over names and contents, in hex: the value of <c>alloy_config_hash</c>.</summary>
    public string Hash { get; } = HashOf(Files);

    /// <summary>What <c>module_path</c> stands for in the configuration; empty for one that has no place on disk.</summary>
    public string Folder { get; } = System.IO.Directory.Exists(Path) ? Path : System.IO.Path.GetDirectoryName(Path) ?? "";

    /// <summary>The blocks of all files, in order.</summary>
    public IEnumerable<Statement> Statements => Files.SelectMany(static file => file.Body);

    /// <summary>Parses one text, for configurations that do not come from disk.</summary>
    public static ConfigurationSource Parse(string name, string text, DiagnosticBag diagnostics) => Parse(name, text, name, diagnostics);

    /// <summary>The same for one that stands for the file or folder <paramref name="path"/>, though its diagnostics have a name of their own.</summary>
    public static ConfigurationSource Parse(string name, string text, string path, DiagnosticBag diagnostics) =>
        new(path, [ParseOne(new SourceText(name, text), diagnostics)]);

    internal static FileNode ParseOne(SourceText source, DiagnosticBag diagnostics)
    {
        ParseResult result = Parser.ParseFile(source);
        diagnostics.AddRange(result.Diagnostics);
        return result.File;
    }

    private static string HashOf(IReadOnlyList<FileNode> files)
    {
        var hash = new Sha256();
        foreach (FileNode file in files)
        {
            hash.Append(System.Text.Encoding.UTF8.GetBytes(System.IO.Path.GetFileName(file.Source.Name)));
            hash.Append(file.Source.Bytes);
        }
        return hash.Finish();
    }
}
