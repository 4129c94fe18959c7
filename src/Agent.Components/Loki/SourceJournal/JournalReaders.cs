using Agent.Sdk;

namespace Agent.Components.Loki.SourceJournal;

/// <summary>Chooses how to read the journal.</summary>
internal static class JournalReaders
{
    /// <exception cref="ComponentException">There is no way to read it, or it cannot be opened.</exception>
    public static IJournalReader Open(JournalSource source, JournalStart start)
    {
        try
        {
            return SystemdReader.Open(source, start);
        }
        catch (Exception exception) when (exception is DllNotFoundException or EntryPointNotFoundException)
        {
            return JournalctlReader.Open(source, start);
        }
    }
}
