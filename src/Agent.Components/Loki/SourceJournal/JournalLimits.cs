namespace Agent.Components.Loki.SourceJournal;

/// <summary>What one entry may cost. Journals allow fields of 768 MiB, such as the memory of a crashed process.</summary>
internal static class JournalLimits
{
    /// <summary>Longest value, in bytes; what is longer is cut there, and counted.</summary>
    public const int LongestValue = 1024 * 1024;

    /// <summary>Most bytes of all values of an entry together; further fields are left out, and counted as cut.</summary>
    public const int LargestEntry = 8 * 1024 * 1024;

    /// <summary>Entries read before anything else is looked at.</summary>
    public const int EntriesPerBatch = 1024;

    /// <summary>Bytes of lines after which a batch goes on its way.</summary>
    public const int BytesPerBatch = 256 * 1024;
}
