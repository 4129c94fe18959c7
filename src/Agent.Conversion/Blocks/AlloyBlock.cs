using System.Text;
using Agent.Syntax;

namespace Agent.Conversion.Blocks;

/// <summary>A block in the making.</summary>
internal sealed class AlloyBlock(string name, string label)
{
    public string Name => name;

    public string Label => label;

    public AlloyBody Body { get; init; } = new();

    public bool OnlyWithContent { get; init; }

    public bool IsLeftOut => OnlyWithContent && !Body.HasContent;

    /// <summary>How other components refer to it.</summary>
    public string Reference => label.Length == 0 ? name : $"{name}.{label}";

    public void WriteTo(StringBuilder output)
    {
        if (IsLeftOut)
        {
            return;
        }
        output.Append(name).Append(' ');
        if (label.Length > 0)
        {
            output.Append(StringLiteral.Quote(label)).Append(' ');
        }
        output.Append("{\n");
        Body.WriteTo(output);
        output.Append("}\n");
    }
}
