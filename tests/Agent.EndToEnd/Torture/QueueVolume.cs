using System.ComponentModel;
using System.Diagnostics;

namespace Agent.EndToEnd.Torture;

/// <summary>A small volume for the agent's queue that can be filled to the last byte.</summary>
internal sealed class QueueVolume : IDisposable
{
    private const int Megabytes = 512;
    private const int Step = 1 << 20;
    private const int SmallestStep = 512;
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(100);
    private readonly string _folder;

    private QueueVolume(string folder) => _folder = folder;

    private string Filler => Path.Combine(_folder, ".filler");

    /// <summary>Mounts a volume in memory over a folder; null where that is not permitted.</summary>
    public static QueueVolume? TryMount(string folder)
    {
        Directory.CreateDirectory(folder);
        return Run("mount", "-t", "tmpfs", "-o", $"size={Megabytes}m,mode=0750", "tmpfs", folder) ? new QueueVolume(folder) : null;
    }

    /// <summary>Takes all room for a while, and what becomes free meanwhile too, then gives it back.</summary>
    public async Task FillAsync(TimeSpan length, CancellationToken stop)
    {
        long started = TimeProvider.System.GetTimestamp();
        byte[] zeros = new byte[Step];
        try
        {
            using FileStream filler = new(Filler, FileMode.Create, FileAccess.Write, FileShare.None, bufferSize: 0);
            while (TimeProvider.System.GetElapsedTime(started) < length && !stop.IsCancellationRequested)
            {
                Fill(filler, zeros);
                await Task.Delay(Pause, TimeProvider.System, CancellationToken.None);
            }
        }
        finally
        {
            File.Delete(Filler);
        }
    }

    /// <summary>Copies what is on the volume, which ends with it.</summary>
    public void CopyTo(string folder)
    {
        foreach (string file in Directory.EnumerateFiles(_folder, "*", SearchOption.AllDirectories))
        {
            string copy = Path.Combine(folder, Path.GetRelativePath(_folder, file));
            Directory.CreateDirectory(Path.GetDirectoryName(copy)!);
            try
            {
                File.Copy(file, copy, overwrite: true);
            }
            catch (FileNotFoundException)
            {
                // The agent may still run, and has finished with the file.
            }
        }
    }

    public void Dispose()
    {
        // The other way ends a mount that somebody looks into.
        if (!Run("umount", _folder))
        {
            Run("umount", "-l", _folder);
        }
    }

    private static void Fill(FileStream filler, byte[] zeros)
    {
        for (int step = Step; step >= SmallestStep;)
        {
            try
            {
                filler.Write(zeros, 0, step);
            }
            catch (IOException)
            {
                // No room for so much; what did find room stays.
                filler.Position = filler.Length;
                step /= 2;
            }
        }
    }

    private static bool Run(string program, params string[] arguments)
    {
        try
        {
            using Process process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardError = true, RedirectStandardOutput = true })!;
            process.WaitForExit();
            return process.ExitCode == 0;
        }
        catch (Win32Exception)
        {
            // Not installed.
            return false;
        }
    }
}
