using System.Diagnostics.CodeAnalysis;
using Agent.Sdk.Schema;
using Agent.Syntax.Values;

namespace Agent.Sdk.Decoding.Codecs;

/// <summary>Text. A number converts to its digits, a secret does not convert.</summary>
public sealed class TextCodec : ValueCodec<string>
{
    internal TextCodec()
        : base(SchemaType.Text)
    {
    }

    public override Value Encode(string value) => Value.Of(value);

    internal static bool TryText(Value value, DecodeProblem problem, [NotNullWhen(true)] out string? text)
    {
        text = value switch
        {
            StringValue s => s.Text,
            NumberValue number => NumberText.Format(number),
            NullValue => "",
            CapsuleValue { Content: OptionalSecret { IsSecret: false } open } => open.Value,
            _ => null,
        };
        if (text is not null)
        {
            return true;
        }
        return value is CapsuleValue { Content: Secret or OptionalSecret }
            ? problem.Invalid("secrets may not be converted into strings")
            : problem.WrongType(value, "string");
    }

    protected override bool Read(Value value, DecodeProblem problem, [MaybeNullWhen(false)] out string result) =>
        TryText(value, problem, out result);
}
