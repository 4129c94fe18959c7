namespace Agent.Components.RemoteConfig;

/// <summary>Writes files that only the agent's own user may read: configurations hold secrets.</summary>
internal static class PrivateFile
{
    /// <summary>Replaces the file as a whole: a crash leaves the former version.</summary>
    public static void Replace(string path, byte[] content)
    {
        string half = path + ".new";
        var options = new FileStreamOptions { Mode = FileMode.Create, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        }
        using (var file = new FileStream(half, options))
        {
            file.Write(content);
            file.Flush(flushToDisk: true);
        }
        File.Move(half, path, overwrite: true);
    }
}
