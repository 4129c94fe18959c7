using System.Text.Unicode;

namespace Agent.Components.Loki.Process.Stages;

/// <summary>Sets the fields of a message as extracted values, under names that are fit for labels and not taken yet.</summary>
internal sealed class MessageFields(bool dropsInvalidNames, bool overwrites, Func<ReadOnlySpan<byte>, bool> isName)
{
    private static readonly byte[] Suffix = "_extracted"u8.ToArray();

    /// <summary>False where the name cannot be a label's and such fields are left out.</summary>
    public bool TryName(ReadOnlyMemory<byte> text, LogRecord record, out ReadOnlyMemory<byte> name)
    {
        name = text;
        if (!isName(text.Span))
        {
            if (dropsInvalidNames)
            {
                return false;
            }
            name = EventText.ToLabelName(text.Span, record.Scratch);
        }
        if (!overwrites && record.Has(name.Span))
        {
            Memory<byte> longer = record.Scratch.Take(name.Length + Suffix.Length);
            name.CopyTo(longer);
            Suffix.CopyTo(longer[name.Length..]);
            name = longer;
        }
        return true;
    }

    /// <summary>Sets a value, without the white space around it; one that is no UTF-8 is left out.</summary>
    public static void Set(ReadOnlyMemory<byte> name, ReadOnlyMemory<byte> value, LogRecord record)
    {
        value = EventText.Trim(value);
        if (Utf8.IsValid(value.Span))
        {
            record.Set(name.Span, SlotValue.OfText(value));
        }
    }
}
