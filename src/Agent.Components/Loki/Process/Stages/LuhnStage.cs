using System.Text;
using Agent.Sdk.Declarations;
using Agent.Sdk.Decoding;
using Agent.Sdk.Patterns;

namespace Agent.Components.Loki.Process.Stages;

/// <summary>Redacts numbers whose checksum (Luhn) is right, such as those of credit cards.</summary>
[Stage("luhn")]
public sealed partial class LuhnStage : LogStage
{
    private const int DefaultLength = 13;
    private const string DefaultReplacement = "**REDACTED**";
    private readonly StageSource _source;
    private readonly byte[] _replacement;
    private readonly int _minLength;
    private readonly Rune[] _delimiters;
    private readonly Pattern? _skip;

    private LuhnStage(Arguments arguments, StageContext context)
    {
        _source = context.Source(arguments.Source);
        _replacement = Encoding.UTF8.GetBytes(arguments.Replacement.Length == 0 ? DefaultReplacement : arguments.Replacement);
        _minLength = arguments.MinLength < 1 ? DefaultLength : arguments.MinLength;
        _delimiters = [.. arguments.Delimiters.EnumerateRunes()];
        _skip = arguments.SkipRegex is { Text.Length: > 0 } skip ? skip : null;
    }

    public sealed record Arguments : StageArguments, IValidated
    {
        /// <summary>Text to put in place of a number.</summary>
        public string Replacement { get; init; } = DefaultReplacement;

        /// <summary>Name of the extracted value to search; what comes of it becomes the line. The line itself where it is not set.</summary>
        public string? Source { get; init; }

        /// <summary>Fewest digits of a number.</summary>
        public int MinLength { get; init; } = DefaultLength;

        /// <summary>Characters that may stand between the digits of a number.</summary>
        public string Delimiters { get; init; } = "";

        /// <summary>Numbers inside a match are left alone: those of UUIDs, for example.</summary>
        public Pattern? SkipRegex { get; init; }

        public override LogStage Create(StageContext context) => new LuhnStage(this, context);

        public void Validate(ValidationContext context)
        {
            if (Source is "")
            {
                context.Error("source", "the source must not be empty", "leave it out to search the line");
            }
        }
    }

    public override bool Keep(LogRecord record)
    {
        ReadOnlyMemory<byte> text = record.Line;
        if (_source.Slot != StageSource.Line)
        {
            SlotValue value = record.Get(_source.Slot);
            if (value.Kind != SlotKind.Text)
            {
                return true;
            }
            text = value.Text;
        }
        Span<ByteRange> groups = stackalloc ByteRange[1];
        int length = text.Length;
        LuhnNumbers numbers = Find(text.Span, groups);
        while (numbers.MoveNext())
        {
            length += _replacement.Length - (numbers.End - numbers.Start);
        }
        record.Line = length == text.Length && numbers.Found == 0 ? text : Redact(text.Span, record.Scratch.Take(length), groups);
        return true;
    }

    private LuhnNumbers Find(ReadOnlySpan<byte> text, Span<ByteRange> groups)
    {
        var numbers = new LuhnNumbers(text, _minLength, _delimiters);
        if (_skip is not null)
        {
            numbers.Skip(_skip.EnumerateMatches(text, groups));
        }
        return numbers;
    }

    private Memory<byte> Redact(ReadOnlySpan<byte> text, Memory<byte> target, Span<ByteRange> groups)
    {
        Span<byte> rest = target.Span;
        int copied = 0;
        LuhnNumbers numbers = Find(text, groups);
        while (numbers.MoveNext())
        {
            text[copied..numbers.Start].CopyTo(rest);
            rest = rest[(numbers.Start - copied)..];
            _replacement.CopyTo(rest);
            rest = rest[_replacement.Length..];
            copied = numbers.End;
        }
        text[copied..].CopyTo(rest);
        return target;
    }
}
