using System.Diagnostics.CodeAnalysis;
using Agent.Sdk.Schema;
using Agent.Syntax.Values;

namespace Agent.Sdk.Decoding.Codecs;

/// <summary>Reads text; the message says what is wrong with it, worded to follow the text itself.</summary>
public delegate bool TextParser<T>(string text, [MaybeNullWhen(false)] out T result, [NotNullWhen(false)] out string? error);

/// <summary>A type that is written as text: a duration, a URL, a pattern.</summary>
/// <remarks>Null gives the type's zero where there is one (durations, sizes) and is an error elsewhere.</remarks>
public sealed class ParsedCodec<T> : ValueCodec<T>
{
    private readonly TextParser<T> _parse;
    private readonly Func<T, string> _format;

    internal ParsedCodec(SchemaKind kind, string name, TextParser<T> parse, Func<T, string> format)
        : base(new SchemaType(kind, name))
    {
        _parse = parse;
        _format = format;
    }

    public override Value Encode(T value) => Value.Of(_format(value));

    protected override bool Read(Value value, DecodeProblem problem, [MaybeNullWhen(false)] out T result)
    {
        result = default;
        if (value is NullValue)
        {
            return result is not null || problem.WrongType(value, "string");
        }
        if (!TextCodec.TryText(value, problem, out string? text))
        {
            return false;
        }
        return _parse(text, out result, out string? error) || problem.Invalid(error);
    }
}
