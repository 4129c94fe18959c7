using System.Text;
using Agent.Sdk;

namespace Agent.Conversion.Blocks;

/// <summary>The statements of a block in the making. A value that equals <c>omit</c>, what the component has anyway, is left out.</summary>
internal sealed class AlloyBody
{
    private readonly StringBuilder _text = new();
    private readonly List<(int Position, AlloyBlock Block)> _blocks = [];

    public bool IsEmpty => _text.Length == 0 && _blocks.Count == 0;

    public void Text(string name, string? value, string? omit = "")
    {
        if (value is not null && value != omit)
        {
            Raw(name, AlloyText.Of(value));
        }
    }

    public void Number(string name, long value, long? omit = 0)
    {
        if (value != omit)
        {
            Raw(name, AlloyText.Of(value));
        }
    }

    public void Float(string name, double value, double? omit = 0)
    {
        if (omit is null || !value.Equals(omit.Value))
        {
            Raw(name, AlloyText.Of(value));
        }
    }

    public void Flag(string name, bool value, bool? omit = false)
    {
        if (value != omit)
        {
            Raw(name, AlloyText.Of(value));
        }
    }

    public void Duration(string name, TimeSpan value, TimeSpan? omit = null)
    {
        if (value != omit)
        {
            Raw(name, AlloyText.Of(value));
        }
    }

    public void Bytes(string name, long value, long? omit = 0)
    {
        if (value != omit)
        {
            Raw(name, AlloyText.Of(new ByteSize(value).ToString()));
        }
    }

    public void Texts(string name, IReadOnlyList<string> values, bool always = false)
    {
        if (always || values.Count > 0)
        {
            Raw(name, AlloyText.Of(values));
        }
    }

    public void TextMap(string name, IReadOnlyDictionary<string, string> values, bool always = false)
    {
        if (always || values.Count > 0)
        {
            Raw(name, AlloyText.Of(values));
        }
    }

    /// <summary>An attribute whose value is an expression.</summary>
    public void Raw(string name, string expression) => _text.Append(name).Append(" = ").Append(expression).Append('\n');

    /// <summary>A nested block, there even when it stays empty.</summary>
    public AlloyBody Block(string name, string label = "")
    {
        var block = new AlloyBlock(name, label);
        _blocks.Add((_text.Length, block));
        return block.Body;
    }

    /// <summary>A nested block whose body was written before.</summary>
    public void Take(string name, AlloyBody body) => _blocks.Add((_text.Length, new AlloyBlock(name, "") { Body = body }));

    /// <summary>A nested block that is left out when it stays empty.</summary>
    public AlloyBody BlockIfAny(string name)
    {
        var block = new AlloyBlock(name, "") { OnlyWithContent = true };
        _blocks.Add((_text.Length, block));
        return block.Body;
    }

    public void WriteTo(StringBuilder output)
    {
        int from = 0;
        foreach ((int position, AlloyBlock block) in _blocks)
        {
            output.Append(_text, from, position - from);
            from = position;
            block.WriteTo(output);
        }
        output.Append(_text, from, _text.Length - from);
    }

    /// <summary>True where nothing but empty blocks that may be left out is in it.</summary>
    public bool HasContent => _text.Length > 0 || _blocks.Exists(static nested => !nested.Block.IsLeftOut);
}
