using System.Globalization;
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
/// <see cref="Read"/> answers with a view into one buffer that the next <see cref="Read"/> overwrites; <see cref="Text"/> and
/// <see cref="Number"/> leave it alone. A file of the kernel is read to its end and at most to <see cref="LongestFile"/>. Not thread safe.
/// </remarks>
internal sealed class HostFiles(HostPaths paths) : IDisposable
{
    private const int LongestFile = 64 << 20;
    private const int LongestValue = 4096;
    private const int FirstRead = 8192;
    private readonly GrowableBuffer _content = new();

    public HostPaths Paths { get; } = paths;

    public string Proc(string relative) => Path.Join(Paths.Proc, relative);

    public string Sys(string relative) => Path.Join(Paths.Sys, relative);

    public string Root(string relative) => Path.Join(Paths.Root, relative);

    /// <summary>The whole file; throws an <see cref="IOException"/> when it cannot be read.</summary>
    public ReadOnlySpan<byte> Read(string path)
    {
        _content.Clear();
        using Microsoft.Win32.SafeHandles.SafeFileHandle file = File.OpenHandle(path);
        while (true)
        {
            Span<byte> space = _content.Reserve(FirstRead);
            int read = RandomAccess.Read(file, space, _content.Length);
            if (read == 0)
            {
                return _content.Written;
            }
            _content.Advance(read);
            if (_content.Length > LongestFile)
            {
                throw new CollectorException($"cannot read {path}: longer than {LongestFile} bytes");
            }
        }
    }

    /// <summary>The whole file, or false when there is none.</summary>
    public bool TryRead(string path, out ReadOnlySpan<byte> content)
    {
        if (!File.Exists(path))
        {
            content = default;
            return false;
        }
        content = Read(path);
        return true;
    }

    /// <summary>The trimmed text of a small file, or null where it is missing, cannot be read or the kernel answers with an error.</summary>
    public static string? Text(string path)
    {
        Span<byte> space = stackalloc byte[LongestValue];
        int length = ReadValue(path, space);
        return length < 0 ? null : Encoding.UTF8.GetString(TextScan.TrimSpace(space[..length]));
    }

    /// <summary>The number in a small file, or null where there is none.</summary>
    public static double? Number(string path)
    {
        Span<byte> space = stackalloc byte[LongestValue];
        int length = ReadValue(path, space);
        if (length < 0)
        {
            return null;
        }
        ReadOnlySpan<byte> text = TextScan.TrimSpace(space[..length]);
        if (text.StartsWith("0x"u8))
        {
            return long.TryParse(Encoding.ASCII.GetString(text[2..]), NumberStyles.HexNumber, null, out long hex) ? hex : null;
        }
        return TextScan.TryNumber(text, out double value) ? value : null;
    }

    /// <summary>The number in a small file; an error names the file.</summary>
    public static double RequiredNumber(string path) =>
        Number(path) ?? throw new CollectorException($"cannot read a number from {path}: the file is missing or holds something else");

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
        foreach (string entry in Directory.EnumerateFileSystemEntries(folder))
        {
            string name = Path.GetFileName(entry);
            if (name.StartsWith(prefix, StringComparison.Ordinal))
            {
                names.Add(name);
            }
        }
        names.Sort(string.CompareOrdinal);
        return names;
    }

    public void Dispose() => _content.Dispose();

    private static int ReadValue(string path, Span<byte> space)
    {
        try
        {
            if (!File.Exists(path))
            {
                return -1;
            }
            using Microsoft.Win32.SafeHandles.SafeFileHandle file = File.OpenHandle(path);
            return RandomAccess.Read(file, space, 0);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // Drivers answer EIO, EINVAL, ENODEV… for values that a device does not have.
            return -1;
        }
    }
}
