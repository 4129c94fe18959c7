using System.Text;
using Agent.Components.Common.GoTemplate;

namespace Agent.Components.Tests.Common.GoTemplate;

/// <summary>Texts by name for templates to run over.</summary>
internal sealed class TextData(params (string Name, string Value)[] values) : TemplateData
{
    private readonly Dictionary<string, byte[]> _values = values.ToDictionary(
        static value => Encoding.Latin1.GetString(Encoding.UTF8.GetBytes(value.Name)), static value => Encoding.UTF8.GetBytes(value.Value));

    protected override bool TryRead(string name, out ReadOnlyMemory<byte> utf8)
    {
        bool found = _values.TryGetValue(name, out byte[]? value);
        utf8 = value;
        return found;
    }

    protected override void ReadAll(Action<string, ReadOnlyMemory<byte>> add)
    {
        foreach ((string name, byte[] value) in _values)
        {
            add(name, value);
        }
    }
}
