using Agent.Sdk.Decoding;
using Agent.Syntax;

namespace Agent.Runtime.Configuration;

/// <summary>Reads a configuration from disk: one file, or every <c>*.alloy</c> of a folder (not its subfolders).</summary>
public static class ConfigurationReader
{
    /// <summary>Larger files are refused: no configuration is that long, and somebody named the wrong file.</summary>
    private const long MaxFileBytes = 64 * 1024 * 1024;

    /// <summary>Null where a file cannot be read; what could be read is parsed, and all errors are reported.</summary>
    public static ConfigurationSource? Read(string path, DiagnosticBag diagnostics)
    {
        if (FilesOf(path, diagnostics) is not { } paths)
        {
            return null;
        }
        var files = new List<FileNode>();
        foreach (string file in paths)
        {
            if (ReadFile(file, diagnostics) is { } source)
            {
                files.Add(ConfigurationSource.ParseOne(source, diagnostics));
            }
        }
        return files.Count == paths.Count ? new ConfigurationSource(path, files) : null;
    }

    private static List<string>? FilesOf(string path, DiagnosticBag diagnostics)
    {
        if (File.Exists(path))
        {
            return [path];
        }
        if (!Directory.Exists(path))
        {
            diagnostics.Error(DiagnosticCodes.Unreadable, default, $"cannot read configuration {path}: no such file or folder");
            return null;
        }
        List<string> files = [.. Directory.EnumerateFiles(path, "*.alloy").Order(StringComparer.Ordinal)];
        if (files.Count == 0)
        {
            diagnostics.Error(DiagnosticCodes.Unreadable, default, $"cannot read configuration {path}: the folder holds no *.alloy file");
            return null;
        }
        return files;
    }

    private static SourceText? ReadFile(string path, DiagnosticBag diagnostics)
    {
        try
        {
            if (new FileInfo(path).Length > MaxFileBytes)
            {
                diagnostics.Error(
                    DiagnosticCodes.Unreadable, default, $"cannot read configuration {path}: larger than {MaxFileBytes / 1024 / 1024} MiB");
                return null;
            }
            return new SourceText(path, File.ReadAllBytes(path));
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            diagnostics.Error(DiagnosticCodes.Unreadable, default, $"cannot read configuration {path}: {exception.Message}");
            return null;
        }
    }
}
