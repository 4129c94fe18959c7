using System.Text;
using Agent.Components.Loki.SourceJournal;

namespace Agent.Components.Tests.Loki.SourceJournal;

/// <summary>A journal in memory; an entry without fields is damaged as a whole, a field without a name is damaged.</summary>
internal sealed class MemoryJournal(params (string Name, string Value)[][] entries) : IJournalReader
{
    private readonly (byte[] Name, byte[] Value)[][] _entries =
        [.. entries.Select(static entry => entry.Select(static field => (Encoding.UTF8.GetBytes(field.Name), Encoding.UTF8.GetBytes(field.Value))).ToArray())];

    private int _at = -1;
    private int _field;

    public string Means => "memory";

    public long Timestamp => _at + 1;

    public JournalRead Next()
    {
        if (_at + 1 >= _entries.Length)
        {
            return JournalRead.End;
        }
        _field = 0;
        return _entries[++_at].Length == 0 ? JournalRead.Corrupt : JournalRead.Item;
    }

    public JournalRead NextField(out JournalField field)
    {
        field = default;
        if (_field == _entries[_at].Length)
        {
            return JournalRead.End;
        }
        (byte[] name, byte[] value) = _entries[_at][_field++];
        field = new JournalField(name, value);
        return name.Length == 0 ? JournalRead.Corrupt : JournalRead.Item;
    }

    public void Rewind() => _at = -1;

    public string Cursor() => $"c{_at}";

    public void Wait(WakeSignal wake) => wake.WaitFor(-1, 0, TimeSpan.FromSeconds(30));

    public void Dispose()
    {
    }
}
