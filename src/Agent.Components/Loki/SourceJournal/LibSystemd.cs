using System.Runtime.InteropServices;

namespace Agent.Components.Loki.SourceJournal;

/// <summary>
/// The part of sd-journal(3) that is in use. Bound at the first call, which throws <see cref="DllNotFoundException"/> where the
/// library is missing. Results below zero are negated errno values. A journal belongs to the thread that opened it.
/// </summary>
internal static partial class LibSystemd
{
    /// <summary>SD_JOURNAL_LOCAL_ONLY: journals of this machine, none that others sent to it.</summary>
    public const int LocalOnly = 1;

    private const string Library = "libsystemd.so.0";

    [LibraryImport(Library, EntryPoint = "sd_journal_open")]
    public static partial int Open(out nint journal, int flags);

    [LibraryImport(Library, EntryPoint = "sd_journal_open_directory", StringMarshalling = StringMarshalling.Utf8)]
    public static partial int OpenDirectory(out nint journal, string path, int flags);

    [LibraryImport(Library, EntryPoint = "sd_journal_close")]
    public static partial void Close(nint journal);

    [LibraryImport(Library, EntryPoint = "sd_journal_add_match")]
    public static partial int AddMatch(nint journal, ReadOnlySpan<byte> match, nuint size);

    /// <summary>Longest value that is decompressed whole; uncompressed ones come whole all the same.</summary>
    [LibraryImport(Library, EntryPoint = "sd_journal_set_data_threshold")]
    public static partial int SetDataThreshold(nint journal, nuint size);

    [LibraryImport(Library, EntryPoint = "sd_journal_seek_cursor", StringMarshalling = StringMarshalling.Utf8)]
    public static partial int SeekCursor(nint journal, string cursor);

    [LibraryImport(Library, EntryPoint = "sd_journal_test_cursor", StringMarshalling = StringMarshalling.Utf8)]
    public static partial int TestCursor(nint journal, string cursor);

    [LibraryImport(Library, EntryPoint = "sd_journal_seek_realtime_usec")]
    public static partial int SeekRealtime(nint journal, ulong microseconds);

    [LibraryImport(Library, EntryPoint = "sd_journal_seek_head")]
    public static partial int SeekHead(nint journal);

    [LibraryImport(Library, EntryPoint = "sd_journal_next")]
    public static partial int Next(nint journal);

    [LibraryImport(Library, EntryPoint = "sd_journal_get_realtime_usec")]
    public static partial int GetRealtime(nint journal, out ulong microseconds);

    /// <summary>The text is the caller's to free.</summary>
    [LibraryImport(Library, EntryPoint = "sd_journal_get_cursor")]
    public static partial int GetCursor(nint journal, out nint cursor);

    [LibraryImport(Library, EntryPoint = "sd_journal_restart_data")]
    public static partial void RestartData(nint journal);

    /// <summary><c>FIELD=VALUE</c> in memory of the journal's, valid until the next call.</summary>
    [LibraryImport(Library, EntryPoint = "sd_journal_enumerate_data")]
    public static partial int EnumerateData(nint journal, out nint data, out nuint size);

    [LibraryImport(Library, EntryPoint = "sd_journal_get_fd")]
    public static partial int GetDescriptor(nint journal);

    [LibraryImport(Library, EntryPoint = "sd_journal_get_events")]
    public static partial int GetEvents(nint journal);

    /// <summary>Zero where the file system, such as one on a network, does not report all changes.</summary>
    [LibraryImport(Library, EntryPoint = "sd_journal_reliable_fd")]
    public static partial int IsReliable(nint journal);

    [LibraryImport(Library, EntryPoint = "sd_journal_process")]
    public static partial int Process(nint journal);
}
