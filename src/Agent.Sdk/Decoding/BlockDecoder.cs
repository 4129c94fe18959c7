using Agent.Sdk.Declarations;
using Agent.Sdk.Schema;
using Agent.Syntax;
using Agent.Syntax.Values;

namespace Agent.Sdk.Decoding;

/// <summary>Reads the parts of one block into a record; generated decoders are calls to it.</summary>
/// <remarks>
/// Every part is read and every fault reported, so the record is built even where a part is missing; <see cref="Finish"/> then gives
/// null. It does so too, without an error, where a part is not known yet.
/// </remarks>
public sealed class BlockDecoder
{
    private const int LongestQuote = 60;
    private readonly BlockValue _block;
    private readonly DiagnosticBag _diagnostics;
    private readonly DecodeProblem _problem = new();
    private List<IValidated>? _parts;
    private bool _incomplete;

    public BlockDecoder(BlockValue block, BlockSchema schema, DiagnosticBag diagnostics)
    {
        _block = block;
        _diagnostics = diagnostics;
        _incomplete = !BlockShape.Check(block, schema, diagnostics);
    }

    /// <summary>The label; empty where there is none, which has been reported where one is needed.</summary>
    public string Label => _block.Label ?? "";

    /// <summary>The attribute of that name, or <paramref name="fallback"/> where it is not written.</summary>
    public T Get<T>(string name, ValueCodec<T> codec, T fallback)
    {
        if (_block.Find(name) is not { } attribute)
        {
            return fallback;
        }
        // Null stands for no capsule, as in relabel_rules = null, which conversions write.
        if (attribute.Value is NullValue && codec.Type.Kind == SchemaKind.Capsule && fallback is not null)
        {
            return fallback;
        }
        _problem.Clear();
        if (codec.TryDecode(attribute.Value, _problem, out T? result))
        {
            return result;
        }
        _incomplete = true;
        if (_problem.Message is { } message)
        {
            string code = _problem.IsInvalid ? DiagnosticCodes.InvalidArgument : DiagnosticCodes.WrongType;
            _diagnostics.Error(code, attribute.ValueSpan, $"{Quote(attribute)}{_problem.Path} {message}");
        }
        return fallback;
    }

    /// <summary>The nested block of that name, or <paramref name="fallback"/> where it is not written.</summary>
    public T Block<T>(string name, Func<BlockValue, DiagnosticBag, T?> decode, T fallback)
        where T : class?
    {
        foreach (BlockValue child in _block.Blocks)
        {
            if (child.Name == name)
            {
                T? made = decode(child, _diagnostics);
                _incomplete |= made is null;
                return made ?? fallback;
            }
        }
        return fallback;
    }

    /// <summary>All nested blocks of that name in order, or <paramref name="fallback"/> where there is none.</summary>
    public ValueList<T> Blocks<T>(string name, Func<BlockValue, DiagnosticBag, T?> decode, ValueList<T> fallback)
        where T : class
    {
        List<T>? list = null;
        foreach (BlockValue child in _block.Blocks)
        {
            if (child.Name == name)
            {
                Add(ref list, decode(child, _diagnostics));
            }
        }
        return list is null ? fallback : [.. list];
    }

    /// <summary>All nested blocks that belong to the family, in order.</summary>
    public ValueList<T> Family<T>(BlockFamily<T> family, ValueList<T> fallback)
        where T : class
    {
        List<T>? list = null;
        foreach (BlockValue child in _block.Blocks)
        {
            if (family.TryGet(child.Name, out BlockKind<T>? kind))
            {
                Add(ref list, kind.Decode(child, _diagnostics));
            }
        }
        return list is null ? fallback : [.. list];
    }

    /// <summary>Takes a record whose attributes stand in this block, so that its rules are checked with this block's.</summary>
    public T Part<T>(T part)
        where T : class
    {
        if (part is IValidated validated)
        {
            (_parts ??= []).Add(validated);
        }
        return part;
    }

    /// <summary>The record after its rules have been checked, or null.</summary>
    public T? Finish<T>(T record)
        where T : class
    {
        if (_incomplete)
        {
            return null;
        }
        Part(record);
        if (_parts is null)
        {
            return record;
        }
        var findings = new DiagnosticBag();
        var context = new ValidationContext(_block, findings);
        foreach (IValidated part in _parts)
        {
            part.Validate(context);
        }
        _diagnostics.AddRange(findings);
        return findings.HasErrors ? null : record;
    }

    private void Add<T>(ref List<T>? list, T? made)
        where T : class
    {
        list ??= [];
        if (made is null)
        {
            _incomplete = true;
        }
        else
        {
            list.Add(made);
        }
    }

    /// <summary>The expression as written, as Alloy's messages start; the attribute's name where that would be long.</summary>
    private static string Quote(AttributeValue attribute)
    {
        TextSpan span = attribute.ValueSpan;
        if (span.Source is null || span.End - span.Start > LongestQuote)
        {
            return attribute.Name;
        }
        string text = span.Source.Text(span);
        return text.Contains('\n', StringComparison.Ordinal) ? attribute.Name : text;
    }
}
