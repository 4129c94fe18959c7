namespace Agent.Components.Loki.Write;

/// <summary>One stream as it goes over the wire: its label text is formed once.</summary>
internal sealed class LabelStream(byte[] text, BatchSlot slot)
{
    public byte[] Text => text;

    /// <summary>Where its entries are batched.</summary>
    public BatchSlot Slot => slot;

    /// <summary>Why entries of this stream are dropped; null where they are sent.</summary>
    public string? Refusal { get; init; }

    /// <summary>The stream's handle in the open batch, where <see cref="Generation"/> is the slot's.</summary>
    public int Handle { get; set; }

    public long Generation { get; set; } = -1;

    public bool IsInOpenBatch => Generation == slot.Generation;
}
