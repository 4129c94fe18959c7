using System.Diagnostics;
using System.Text;
using Agent.Conversion.Diagnostics;
using Agent.Syntax;

namespace Agent.Conversion.Blocks;

/// <summary>The configuration in the making.</summary>
internal sealed class AlloyFile
{
    private readonly List<AlloyBlock> _blocks = [];

    public AlloyBody Add(string name, string label)
    {
        var block = new AlloyBlock(name, label);
        _blocks.Add(block);
        return block.Body;
    }

    public void Add(AlloyBlock block) => _blocks.Add(block);

    /// <summary>Names that the source kept apart may have become one.</summary>
    public void FindDuplicates(Findings findings)
    {
        var references = new HashSet<string>(StringComparer.Ordinal);
        foreach (AlloyBlock block in _blocks)
        {
            if (!references.Add(block.Reference))
            {
                findings.Critical(
                    $"duplicate label after conversion \"{block.Reference}\". this is due to how valid Alloy labels are assembled "
                    + "and can be avoided by updating named properties in the source config.");
            }
        }
    }

    /// <summary>The formatted text; empty for a file without blocks.</summary>
    public byte[] Format()
    {
        var text = new StringBuilder();
        foreach (AlloyBlock block in _blocks)
        {
            block.WriteTo(text);
        }
        if (text.Length == 0)
        {
            return [];
        }
        ParseResult parsed = Parser.ParseFile(new SourceText("", text.ToString()));
        return parsed.Success
            ? Formatter.Format(parsed.File)
            : throw new UnreachableException($"BUG: the converted configuration does not parse: {parsed.Diagnostics.First()}");
    }
}
