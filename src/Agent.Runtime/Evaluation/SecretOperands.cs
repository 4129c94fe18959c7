using Agent.Sdk;
using Agent.Sdk.Decoding;
using Agent.Syntax.Values;

namespace Agent.Runtime.Evaluation;

/// <summary>Brings a secret and a text to one type, so that they compare and join.</summary>
internal static class SecretOperands
{
    public static (Value Left, Value Right) Unwrap(Value left, Value right) => (Content(left), Content(right)) switch
    {
        (Secret, OptionalSecret other) => (left, ScalarConversion.ToValue(new Secret(other.Value))),
        (Secret, string other) => (left, ScalarConversion.ToValue(new Secret(other))),
        (OptionalSecret other, Secret) => (ScalarConversion.ToValue(new Secret(other.Value)), right),
        (OptionalSecret { IsSecret: true }, string other) => (left, Hidden(other)),
        (OptionalSecret other, string) => (Value.Of(other.Value), right),
        (string other, OptionalSecret { IsSecret: true }) => (Hidden(other), right),
        (string, OptionalSecret other) => (left, Value.Of(other.Value)),
        (string other, Secret) => (ScalarConversion.ToValue(new Secret(other)), right),
        _ => (left, right),
    };

    public static Value? Concat(Value left, Value right, out OperationError? error)
    {
        error = null;
        switch (Content(left), Content(right))
        {
            case (Secret l, Secret r):
                return ScalarConversion.ToValue(new Secret(l.Reveal() + r.Reveal()));
            case (OptionalSecret l, OptionalSecret r):
                return ScalarConversion.ToValue(new OptionalSecret(l.Value + r.Value, l.IsSecret || r.IsSecret));
            default:
                error = new OperationError(OperandSide.Left, $"could not perform binop + for unknown types lhs {left.Kind.Text()} rhs {right.Kind.Text()}");
                return null;
        }
    }

    private static CapsuleValue Hidden(string text) => ScalarConversion.ToValue(new OptionalSecret(text, true));

    private static object? Content(Value value) => value switch
    {
        CapsuleValue capsule => capsule.Content,
        StringValue text => text.Text,
        _ => null,
    };
}
