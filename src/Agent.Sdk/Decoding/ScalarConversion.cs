using Agent.Syntax.Values;

namespace Agent.Sdk.Decoding;

/// <summary>Why a value does not convert: the message follows the text of the expression, as in <c>true should be string, got bool</c>.</summary>
public sealed record ConversionError(string Message, ValuePath? Path = null);

/// <summary>Alloy's conversions of values to scalar types. Null gives the zero value of each type.</summary>
public static class ScalarConversion
{
    /// <summary>What users read for capsules that hold a <see cref="Secret"/> or an <see cref="OptionalSecret"/>.</summary>
    public const string SecretTypeName = "alloytypes.Secret";

    public const string OptionalSecretTypeName = "alloytypes.OptionalSecret";

    private const string SecretAsText = "secrets may not be converted into strings";

    private static readonly StringValue EmptyText = new("");

    public static CapsuleValue ToValue(Secret secret) => new(secret, SecretTypeName);

    public static CapsuleValue ToValue(OptionalSecret secret) => new(secret, OptionalSecretTypeName);

    public static ConversionError? ToText(Value value, out StringValue text)
    {
        text = EmptyText;
        switch (value)
        {
            case StringValue already:
                text = already;
                return null;
            case NullValue:
                return null;
            case NumberValue number:
                text = new StringValue(NumberText.Format(number));
                return null;
            case CapsuleValue { Content: OptionalSecret { IsSecret: false } open }:
                text = new StringValue(open.Value);
                return null;
            case CapsuleValue { Content: Secret or OptionalSecret }:
                return new ConversionError(SecretAsText);
            default:
                return Mismatch(ValueKind.String, value);
        }
    }

    public static ConversionError? ToNumber(Value value, out NumberValue number)
    {
        number = new NumberValue(0L);
        switch (value)
        {
            case NumberValue already:
                number = already;
                return null;
            case NullValue:
                return null;
            case StringValue text when NumberText.TryParse(text.Text, out NumberValue? parsed):
                number = parsed;
                return null;
            case CapsuleValue { Content: OptionalSecret { IsSecret: false } open } when NumberText.TryParse(open.Value, out NumberValue? parsed):
                number = parsed;
                return null;
            default:
                return Mismatch(ValueKind.Number, value);
        }
    }

    public static ConversionError? ToBool(Value value, out bool flag)
    {
        flag = value is BoolValue { IsTrue: true };
        return value is BoolValue or NullValue ? null : Mismatch(ValueKind.Bool, value);
    }

    /// <summary>A secret; text converts too, and gives the text away only through <see cref="Secret.Reveal"/>.</summary>
    public static ConversionError? ToSecret(Value value, out Secret secret)
    {
        secret = new Secret("");
        switch (value)
        {
            case CapsuleValue { Content: Secret already }:
                secret = already;
                return null;
            case CapsuleValue { Content: OptionalSecret optional }:
                secret = new Secret(optional.Value);
                return null;
            case StringValue text:
                secret = new Secret(text.Text);
                return null;
            case NullValue:
                return null;
            case CapsuleValue other:
                return new ConversionError($"expected capsule(\"{SecretTypeName}\"), got capsule(\"{other.TypeName}\")");
            default:
                return Mismatch(ValueKind.Capsule, value);
        }
    }

    /// <summary>Each element as text; the error points at the element.</summary>
    public static ConversionError? ToTextList(Value value, out IReadOnlyList<StringValue> list)
    {
        list = [];
        if (value is not ArrayValue array)
        {
            return value is NullValue ? null : Mismatch(ValueKind.Array, value);
        }
        var texts = new StringValue[array.Count];
        for (int i = 0; i < texts.Length; i++)
        {
            if (ToText(array[i], out texts[i]) is { } error)
            {
                return error with { Path = ValuePath.At(i, error.Path) };
            }
        }
        list = texts;
        return null;
    }

    public static ConversionError Mismatch(ValueKind expected, Value got) =>
        new($"should be {expected.Text()}, got {got.Kind.Text()}");
}
