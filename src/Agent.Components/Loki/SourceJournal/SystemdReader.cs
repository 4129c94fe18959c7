using System.Runtime.InteropServices;
using System.Text;
using Agent.Components.Common.Files;
using Agent.Sdk;

namespace Agent.Components.Loki.SourceJournal;

/// <summary>Reads journals through libsystemd.</summary>
internal sealed class SystemdReader : IJournalReader
{
    private const int MostFailures = 16;

    // Room for FIELD= before a value that is just too long, so that it is seen to be.
    private const int LongestName = 256;

    // Only a safety net: changes wake it.
    private static readonly TimeSpan LongestWait = TimeSpan.FromSeconds(10);

    // What libsystemd itself does about file systems that report no changes.
    private static readonly TimeSpan UnreliableWait = TimeSpan.FromSeconds(2);

    private readonly nint _journal;
    private bool _isPending;
    private bool _isClosed;
    private int _failures;

    private SystemdReader(nint journal) => _journal = journal;

    public string Means => "libsystemd";

    public long Timestamp =>
        LibSystemd.GetRealtime(_journal, out ulong microseconds) >= 0 && microseconds < long.MaxValue / 1000 ? (long)microseconds * 1000 : 0;

    /// <exception cref="DllNotFoundException">libsystemd is not installed.</exception>
    /// <exception cref="ComponentException">The journal cannot be opened.</exception>
    public static SystemdReader Open(JournalSource source, JournalStart start)
    {
        int result = source.Path.Length == 0
            ? LibSystemd.Open(out nint journal, LibSystemd.LocalOnly)
            : LibSystemd.OpenDirectory(out journal, source.Path, 0);
        Check(result, source.Path.Length == 0 ? "open the journal" : $"open the journal in {source.Path}");
        var reader = new SystemdReader(journal);
        try
        {
            // First of all: this begins to watch, so that no change after it is missed.
            Check(LibSystemd.GetDescriptor(journal), "watch the journal");
            Check(LibSystemd.SetDataThreshold(journal, JournalLimits.LongestValue + LongestName), "set the journal's limit");
            foreach (string match in source.Matches)
            {
                byte[] bytes = Encoding.UTF8.GetBytes(match);
                Check(LibSystemd.AddMatch(journal, bytes, (nuint)bytes.Length), $"read the journal by \"{match}\"");
            }
            reader.Seek(start);
            return reader;
        }
        catch
        {
            reader.Dispose();
            throw;
        }
    }

    public JournalRead Next()
    {
        if (_isPending)
        {
            _isPending = false;
            LibSystemd.RestartData(_journal);
            return JournalRead.Item;
        }
        int result = LibSystemd.Next(_journal);
        if (result >= 0)
        {
            _failures = 0;
            if (result > 0)
            {
                LibSystemd.RestartData(_journal);
            }
            return result > 0 ? JournalRead.Item : JournalRead.End;
        }
        if (++_failures >= MostFailures)
        {
            Check(result, "read the journal");
        }
        return JournalRead.Corrupt;
    }

    public unsafe JournalRead NextField(out JournalField field)
    {
        field = default;
        int result = LibSystemd.EnumerateData(_journal, out nint data, out nuint size);
        if (result <= 0)
        {
            return result == 0 ? JournalRead.End : JournalRead.Corrupt;
        }
        var bytes = new ReadOnlySpan<byte>((void*)data, (int)Math.Min(size, int.MaxValue));
        int equals = bytes.IndexOf((byte)'=');
        if (equals < 0)
        {
            return JournalRead.Corrupt;
        }
        field = new JournalField(bytes[..equals], bytes[(equals + 1)..]);
        return JournalRead.Item;
    }

    public string Cursor()
    {
        Check(LibSystemd.GetCursor(_journal, out nint cursor), "get the journal's cursor");
        try
        {
            return Marshal.PtrToStringUTF8(cursor) ?? "";
        }
        finally
        {
            unsafe
            {
                NativeMemory.Free((void*)cursor);
            }
        }
    }

    public void Wait(WakeSignal wake)
    {
        int events = LibSystemd.GetEvents(_journal);
        TimeSpan limit = LibSystemd.IsReliable(_journal) > 0 ? LongestWait : UnreliableWait;
        wake.WaitFor(LibSystemd.GetDescriptor(_journal), events > 0 ? (short)events : Libc.PollIn, limit);
        // Whatever it says (nothing, appended, files came or went): the answer is to look again.
        Check(LibSystemd.Process(_journal), "follow the journal");
    }

    public void Dispose()
    {
        if (!_isClosed)
        {
            _isClosed = true;
            LibSystemd.Close(_journal);
        }
    }

    private static void Check(int result, string action)
    {
        if (result < 0)
        {
            throw new ComponentException($"cannot {action}: {Marshal.GetPInvokeErrorMessage(-result)}");
        }
    }

    private void Seek(JournalStart start)
    {
        if (start.Cursor.Length == 0)
        {
            SeekOldest(start.Oldest);
            return;
        }
        if (LibSystemd.SeekCursor(_journal, start.Cursor) < 0)
        {
            // No cursor at all, such as a damaged text.
            SeekOldest(start.Oldest);
            return;
        }
        int found = LibSystemd.Next(_journal);
        if (found < 0 || (found > 0 && start.Oldest > 0 && Timestamp / 1000 < start.Oldest))
        {
            SeekOldest(start.Oldest);
        }
        else
        {
            // Where the cursor's own entry is gone, this is the first one behind it, and not delivered yet.
            _isPending = found > 0 && LibSystemd.TestCursor(_journal, start.Cursor) <= 0;
        }
    }

    private void SeekOldest(long oldest) =>
        Check(oldest > 0 ? LibSystemd.SeekRealtime(_journal, (ulong)oldest) : LibSystemd.SeekHead(_journal), "begin reading the journal");
}
