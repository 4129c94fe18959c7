using System.Globalization;
using System.IO.Enumeration;
using System.Runtime.CompilerServices;
using System.Text;
using Agent.Wire;

namespace Agent.Components.Prometheus.ExporterUnix;

/// <summary>Where the host's files are found: each path may lie elsewhere when the agent runs in a container.</summary>
internal sealed record HostPaths
{
    public string Proc { get; init; } = "/proc";

    public string Sys { get; init; } = "/sys";

    public string Root { get; init; } = "/";

    public string UdevData { get; init; } = "/run/udev/data";
}

/// <summary>Reads the kernel's files below the configured roots.</summary>
/// <remarks>
/// <see cref="Read"/> answers with a view into one buffer that the next <see cref="Read"/> overwrites; <c>Text</c> and
/// <c>Number</c> leave it alone. A file of the kernel is read to its end and at most to <see cref="LongestFile"/>. Not thread safe.
/// </remarks>
internal sealed class HostFiles(HostPaths paths) : IDisposable
{
    private const int LongestFile = 64 << 20;
    private const int LongestValue = 4096;
    private const int FirstRead = 8192;
    private static readonly EnumerationOptions EveryEntry = new() { AttributesToSkip = 0, IgnoreInaccessible = false };
    private readonly GrowableBuffer _content = new();
    private readonly FolderNames _folders = new();

    public HostPaths Paths { get; } = paths;

    public string Proc(string relative) => Path.Join(Paths.Proc, relative);

    public string Sys(string relative) => Path.Join(Paths.Sys, relative);

    public string Root(string relative) => Path.Join(Paths.Root, relative);

    /// <summary>The whole file; throws an <see cref="IOException"/> when it cannot be read.</summary>
    public ReadOnlySpan<byte> Read(string path)
    {
        int error = Fill(path);
        return error == 0 ? _content.Written : throw new IOException($"cannot read {path}: {HostFile.Reason(error)}");
    }

    /// <summary>The whole file, or false when there is none.</summary>
    public bool TryRead(string path, out ReadOnlySpan<byte> content)
    {
        int error = Fill(path);
        content = _content.Written;
        return error == 0
            || (HostFile.IsMissing(error) ? false : throw new IOException($"cannot read {path}: {HostFile.Reason(error)}"));
    }

    /// <summary>The trimmed text of a small file, or null where it is missing, cannot be read or the kernel answers with an error.</summary>
    public static string? Text(string path) => Text(path, "");

    [SkipLocalsInit]
    public static string? Text(ReadOnlySpan<char> folder, ReadOnlySpan<char> name)
    {
        Span<byte> space = stackalloc byte[LongestValue];
        int length = HostFile.ReadValue(folder, name, space);
        return length < 0 ? null : Encoding.UTF8.GetString(TextScan.TrimSpace(space[..length]));
    }

    /// <summary>The same, without allocating a text that was seen before.</summary>
    [SkipLocalsInit]
    public static string? Text(ReadOnlySpan<char> folder, ReadOnlySpan<char> name, NameCache names)
    {
        Span<byte> space = stackalloc byte[LongestValue];
        int length = HostFile.ReadValue(folder, name, space);
        return length < 0 ? null : names[TextScan.TrimSpace(space[..length])];
    }

    /// <summary>The number in a small file, or null where there is none.</summary>
    public static double? Number(string path) => Number(path, "");

    [SkipLocalsInit]
    public static double? Number(ReadOnlySpan<char> folder, ReadOnlySpan<char> name)
    {
        Span<byte> space = stackalloc byte[LongestValue];
        int length = HostFile.ReadValue(folder, name, space);
        if (length < 0)
        {
            return null;
        }
        ReadOnlySpan<byte> text = TextScan.TrimSpace(space[..length]);
        if (text.StartsWith("0x"u8))
        {
            return long.TryParse(text[2..], NumberStyles.HexNumber, null, out long hex) ? hex : null;
        }
        return TextScan.TryNumber(text, out double value) ? value : null;
    }

    /// <summary>The number in a small file; an error names the file.</summary>
    public static double RequiredNumber(string path) =>
        Number(path) ?? throw new CollectorException($"cannot read a number from {path}: the file is missing or holds something else");

    public static double RequiredNumber(string folder, string name) => Number(folder, name) ?? RequiredNumber(Path.Join(folder, name));

    /// <summary>The trimmed text of a small file; an error names the file.</summary>
    public static string RequiredText(string path) =>
        Text(path) ?? throw new CollectorException($"cannot read {path}: the file is missing or not readable");

    /// <summary>Names in a folder that start with <paramref name="prefix"/>, sorted; empty where there is no such folder.</summary>
    public static IReadOnlyList<string> List(string folder, string prefix = "")
    {
        if (!Directory.Exists(folder))
        {
            return [];
        }
        var names = new List<string>();
        var entries = new FileSystemEnumerable<string>(folder, static (ref FileSystemEntry entry) => entry.FileName.ToString(), EveryEntry)
        {
            ShouldIncludePredicate = prefix.Length == 0
                ? null
                : (ref FileSystemEntry entry) => entry.FileName.StartsWith(prefix, StringComparison.Ordinal),
        };
        names.AddRange(entries);
        names.Sort(string.CompareOrdinal);
        return names;
    }

    /// <summary>As <see cref="List"/>, and the same list as last time while the folder holds the same.</summary>
    public IReadOnlyList<string> Names(string folder, string prefix = "") => _folders.Of(folder, prefix);

    public void Dispose()
    {
        _content.Dispose();
        _folders.Dispose();
    }

    /// <summary>Reads a file to its end; the answer is 0, or the number of an error below it.</summary>
    private int Fill(string path)
    {
        _content.Clear();
        int descriptor = HostFile.Open(path, "");
        if (descriptor < 0)
        {
            return descriptor;
        }
        try
        {
            while (true)
            {
                int read = HostFile.Read(descriptor, _content.Reserve(FirstRead));
                if (read <= 0)
                {
                    return read;
                }
                _content.Advance(read);
                if (_content.Length > LongestFile)
                {
                    throw new CollectorException($"cannot read {path}: longer than {LongestFile} bytes");
                }
            }
        }
        finally
        {
            _ = Common.Files.Libc.Close(descriptor);
        }
    }
}
