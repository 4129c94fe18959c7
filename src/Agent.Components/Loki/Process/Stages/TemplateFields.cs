using Agent.Components.Common.GoTemplate;
using Agent.Components.Common.GoTemplate.Values;

namespace Agent.Components.Loki.Process.Stages;

/// <summary>The extracted values of a line as a template's data. Those the template names are read by slot.</summary>
internal sealed class TemplateFields(TemplateFieldNames names, GoType type) : TemplateData
{
    private const string ValueName = "Value";
    private const string EntryName = "Entry";

    private LogRecord? _record;
    private ReadOnlyMemory<byte>? _value;
    private bool _hasEntry;

    internal override GoType Type => type;

    /// <summary>What <c>.Value</c> is; null where it is an extracted value like any other.</summary>
    public ReadOnlyMemory<byte>? Value
    {
        set => _value = value;
    }

    /// <summary>Starts on a line.</summary>
    public void Use(LogRecord? record, bool hasEntry)
    {
        _record = record;
        _hasEntry = hasEntry;
        _value = null;
    }

    protected override bool TryRead(string name, out ReadOnlyMemory<byte> utf8)
    {
        utf8 = default;
        if (_hasEntry && name == EntryName)
        {
            utf8 = _record!.Line;
            return true;
        }
        if (_value is { } value && name == ValueName)
        {
            utf8 = value;
            return true;
        }
        return names.Slots.TryGetValue(name, out int slot) && _record!.TryGetText(slot, out utf8);
    }

    protected override void ReadAll(Action<string, ReadOnlyMemory<byte>> add)
    {
        foreach (ExtractedValue extracted in _record!.ListExtracted())
        {
            if (extracted.Value.HasText)
            {
                add(GoText.FromString(extracted.Name), extracted.Value.Text);
            }
        }
        if (_value is { } value)
        {
            add(ValueName, value);
        }
        if (_hasEntry)
        {
            add(EntryName, _record.Line);
        }
    }
}
