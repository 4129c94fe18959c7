using System.Runtime.InteropServices;

namespace Agent.Components.Tests.Loki.SourceJournal;

/// <summary>A test on journals made by systemd-journal-remote; skips, and says what is missing, where it cannot run.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class JournalFactAttribute : FactAttribute
{
    private static readonly string[] Folders = ["/usr/lib/systemd", "/lib/systemd", "/usr/bin", "/bin"];

    public JournalFactAttribute()
    {
        if (Find("systemd-journal-remote") is null)
        {
            Skip = "systemd-journal-remote is not installed";
        }
        else if (!HasLibrary())
        {
            Skip = "libsystemd.so.0 is not installed";
        }
    }

    /// <summary>Where a program of systemd's is, or null.</summary>
    public static string? Find(string name) => Folders.Select(folder => Path.Combine(folder, name)).FirstOrDefault(File.Exists);

    private static bool HasLibrary()
    {
        bool isThere = NativeLibrary.TryLoad("libsystemd.so.0", out nint library);
        if (isThere)
        {
            NativeLibrary.Free(library);
        }
        return isThere;
    }
}

/// <summary>The same for tests that also ask journalctl.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class JournalctlFactAttribute : FactAttribute
{
    public JournalctlFactAttribute() =>
        Skip = JournalFactAttribute.Find("journalctl") is null ? "journalctl is not installed" : new JournalFactAttribute().Skip;
}
