using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Text;

namespace Agent.Components.Common.Files;

/// <summary>Called on the watcher's thread. An overflow comes once, with an empty folder and name.</summary>
internal delegate void FolderEventHandler(string folder, ReadOnlySpan<char> name, FolderEvents events);

/// <summary>Reports changes in folders, through one inotify descriptor and one thread, however many folders there are.</summary>
/// <remarks>
/// After a round of events the thread pauses, so that a file that is written to all the time wakes its reader ten times a second and
/// not once per line. Meanwhile the kernel keeps the events, and merges those that repeat.
/// </remarks>
internal sealed class FolderWatcher : IDisposable
{
    private const int PauseMilliseconds = 100;
    private const int BufferSize = 64 * 1024;
    private const int EventHeader = 16;
    private const int LongestName = 256;
    private const int StackSize = 256 * 1024;

    private readonly Lock _gate = new();
    private readonly Dictionary<string, Watch> _byFolder = new(StringComparer.Ordinal);
    private readonly Dictionary<int, Watch> _byDescriptor = [];
    private readonly FolderEventHandler _onEvent;
    private readonly FolderEvents _mask;
    private readonly int _inotify;
    private readonly int _wake;
    private readonly Thread _thread;
    private bool _disposed;

    private FolderWatcher(int inotify, int wake, FolderEvents mask, FolderEventHandler onEvent)
    {
        _inotify = inotify;
        _wake = wake;
        _mask = mask;
        _onEvent = onEvent;
        _thread = new Thread(Run, StackSize) { IsBackground = true, Name = "inotify" };
    }

    /// <summary>Starts watching; null, with the reason, where the system has no descriptor left or no inotify.</summary>
    public static FolderWatcher? TryStart(FolderEvents mask, FolderEventHandler onEvent, out string error)
    {
        int inotify = Libc.InotifyInit(Libc.CloseOnExec | Libc.NonBlocking);
        if (inotify < 0)
        {
            error = LastError();
            return null;
        }
        int wake = Libc.EventFd(0, Libc.CloseOnExec | Libc.NonBlocking);
        if (wake < 0)
        {
            error = LastError();
            _ = Libc.Close(inotify);
            return null;
        }
        error = "";
        var watcher = new FolderWatcher(inotify, wake, mask, onEvent);
        watcher._thread.Start();
        return watcher;
    }

    /// <summary>Watches one more folder; asking again for the same one counts up.</summary>
    /// <returns>False, with the reason, where the folder is missing or the limit of watches is reached.</returns>
    public bool TryWatch(string folder, out string error)
    {
        lock (_gate)
        {
            error = "";
            if (_byFolder.TryGetValue(folder, out Watch? known))
            {
                known.Users++;
                return true;
            }
            ObjectDisposedException.ThrowIf(_disposed, this);
            int descriptor = Libc.InotifyAddWatch(_inotify, folder, (uint)(_mask | FolderEvents.OnlyFolders));
            if (descriptor < 0)
            {
                error = LastError();
                return false;
            }
            // Two names of one folder share a descriptor: the kernel watches inodes.
            if (!_byDescriptor.TryGetValue(descriptor, out Watch? watch))
            {
                _byDescriptor.Add(descriptor, watch = new Watch(descriptor));
            }
            watch.Folders.Add(folder);
            watch.Users++;
            _byFolder.Add(folder, watch);
            return true;
        }
    }

    /// <summary>Takes back one <see cref="TryWatch"/>.</summary>
    public void Release(string folder)
    {
        lock (_gate)
        {
            if (!_disposed && _byFolder.TryGetValue(folder, out Watch? watch) && --watch.Users == 0)
            {
                Forget(watch);
                _ = Libc.InotifyRemoveWatch(_inotify, watch.Descriptor);
            }
        }
    }

    public bool IsWatched(string folder)
    {
        lock (_gate)
        {
            return _byFolder.ContainsKey(folder);
        }
    }

    /// <summary>Ends the thread. Must not be called from the event handler.</summary>
    public void Dispose()
    {
        lock (_gate)
        {
            if (_disposed)
            {
                return;
            }
            _disposed = true;
        }
        Span<byte> one = stackalloc byte[sizeof(ulong)];
        BinaryPrimitives.WriteUInt64LittleEndian(one, 1);
        _ = Libc.Write(_wake, one, sizeof(ulong));
        _thread.Join();
        _ = Libc.Close(_inotify);
        _ = Libc.Close(_wake);
    }

    private static string LastError() => Marshal.GetPInvokeErrorMessage(Marshal.GetLastPInvokeError()).ToLowerInvariant();

    private void Run()
    {
        byte[] buffer = new byte[BufferSize];
        Span<Libc.PollEntry> entries = stackalloc Libc.PollEntry[2];
        entries[0] = new Libc.PollEntry { Descriptor = _wake, Events = Libc.PollIn };
        entries[1] = new Libc.PollEntry { Descriptor = _inotify, Events = Libc.PollIn };
        while (!Stopped(entries, 2, timeout: -1))
        {
            nint read;
            while ((read = Libc.Read(_inotify, buffer, BufferSize)) > 0)
            {
                Dispatch(buffer.AsSpan(0, (int)read));
            }
            if (Stopped(entries, 1, PauseMilliseconds))
            {
                return;
            }
        }
    }

    private static bool Stopped(Span<Libc.PollEntry> entries, nuint count, int timeout)
    {
        entries[0].Returned = 0;
        _ = Libc.Poll(entries, count, timeout);
        return entries[0].Returned != 0;
    }

    // struct inotify_event: wd, mask, cookie, len, name padded with zeros.
    private void Dispatch(ReadOnlySpan<byte> raw)
    {
        Span<char> letters = stackalloc char[LongestName];
        while (raw.Length >= EventHeader)
        {
            int descriptor = BinaryPrimitives.ReadInt32LittleEndian(raw);
            var events = (FolderEvents)BinaryPrimitives.ReadUInt32LittleEndian(raw[4..]);
            int length = BinaryPrimitives.ReadInt32LittleEndian(raw[12..]);
            ReadOnlySpan<byte> name = raw.Slice(EventHeader, length);
            raw = raw[(EventHeader + length)..];
            int end = name.IndexOf((byte)0);
            int count = Encoding.UTF8.GetChars(end < 0 ? name : name[..end], letters);
            Report(descriptor, letters[..count], events);
        }
    }

    private void Report(int descriptor, ReadOnlySpan<char> name, FolderEvents events)
    {
        if ((events & FolderEvents.Overflow) != 0)
        {
            _onEvent("", default, events);
            return;
        }
        string[] folders;
        lock (_gate)
        {
            if (!_byDescriptor.TryGetValue(descriptor, out Watch? watch))
            {
                return;
            }
            folders = watch.Snapshot;
            if ((events & FolderEvents.Ignored) != 0)
            {
                Forget(watch);
            }
        }
        foreach (string folder in folders)
        {
            _onEvent(folder, name, events);
        }
    }

    private void Forget(Watch watch)
    {
        _byDescriptor.Remove(watch.Descriptor);
        foreach (string folder in watch.Folders)
        {
            _byFolder.Remove(folder);
        }
    }

    private sealed class Watch(int descriptor)
    {
        private string[] _snapshot = [];

        public int Descriptor { get; } = descriptor;

        public List<string> Folders { get; } = [];

        public int Users { get; set; }

        public string[] Snapshot => _snapshot.Length == Folders.Count ? _snapshot : _snapshot = [.. Folders];
    }
}
