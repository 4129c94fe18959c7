namespace Agent.Components.Loki.SourceJournal;

/// <summary>What a step through a journal, or through one entry's fields, came upon.</summary>
internal enum JournalRead
{
    Item,

    /// <summary>Nothing more for now; of fields: nothing more at all.</summary>
    End,

    /// <summary>Damaged: skipped, the next step goes on behind it.</summary>
    Corrupt,
}

/// <summary>One field of an entry; valid until the next step.</summary>
internal readonly ref struct JournalField(ReadOnlySpan<byte> name, ReadOnlySpan<byte> value)
{
    public ReadOnlySpan<byte> Name { get; } = name;

    public ReadOnlySpan<byte> Value { get; } = value;
}

/// <summary>Which entries to read.</summary>
/// <param name="Path">Folder of the journal files; empty for the machine's own journal.</param>
/// <param name="Matches"><c>FIELD=VALUE</c>, all of which must hold.</param>
internal sealed record JournalSource(string Path, Agent.Sdk.ValueList<string> Matches);

/// <summary>Where to begin: after the cursor's entry, but never before <paramref name="Oldest"/>.</summary>
/// <param name="Cursor">As the journal gave it, or empty.</param>
/// <param name="Oldest">Microseconds since 1970; 0 for no limit.</param>
internal readonly record struct JournalStart(string Cursor, long Oldest);

/// <summary>Steps through a journal. All calls come from one thread.</summary>
internal interface IJournalReader : IDisposable
{
    /// <summary>By what means it reads, for people.</summary>
    string Means { get; }

    /// <summary>When the journal took the current entry: nanoseconds since 1970, 0 where that cannot be read.</summary>
    long Timestamp { get; }

    /// <summary>Steps to the next entry. Never blocks for long.</summary>
    /// <exception cref="Agent.Sdk.ComponentException">The journal cannot be read any more.</exception>
    JournalRead Next();

    /// <summary>Steps to the next field of the current entry.</summary>
    JournalRead NextField(out JournalField field);

    /// <summary>A name for the current entry, by which a later reader goes on behind it.</summary>
    string Cursor();

    /// <summary>Blocks until the journal may hold more, or <paramref name="wake"/> is set; then clears that.</summary>
    void Wait(WakeSignal wake);
}
