using System.Runtime.InteropServices;

namespace Agent.EndToEnd;

/// <summary>What the system does with links and folders in one step, and the framework in several.</summary>
internal static partial class Links
{
    /// <summary>Puts one name in the place of another, whatever it is.</summary>
    /// <returns>0 on success.</returns>
    [LibraryImport("libc", EntryPoint = "rename", StringMarshalling = StringMarshalling.Utf8)]
    public static partial int Rename(string from, string to);

    /// <summary>Makes a folder that is not there yet, so that of two who try only one succeeds.</summary>
    /// <returns>0 on success.</returns>
    [LibraryImport("libc", EntryPoint = "mkdir", StringMarshalling = StringMarshalling.Utf8)]
    public static partial int MakeFolder(string path, uint mode);
}
