namespace Agent.Components.Loki.Process;

/// <summary>What a stage reads: the line, or the extracted value in a slot.</summary>
public readonly record struct StageSource(int Slot)
{
    internal const int Line = -1;

    /// <summary>False where the value is absent or is null.</summary>
    public bool TryRead(LogRecord record, out ReadOnlyMemory<byte> text)
    {
        if (Slot == Line)
        {
            text = record.Line;
            return true;
        }
        return record.TryGetText(Slot, out text);
    }
}
