using System.Text;
using Agent.Sdk;
using Agent.Sdk.Decoding;
using Agent.Syntax.Values;

namespace Agent.Runtime.StandardLibrary.Formatting;

/// <summary>Writes one argument under one verb.</summary>
internal readonly struct ValueFormat(StringBuilder output, FormatSpec spec)
{
    private const string Nil = "<nil>";

    private readonly PaddedText _padded = new(output, spec);

    /// <summary>A type's name in Go, as <c>%T</c> shows it.</summary>
    public static string TypeName(Value value) => value switch
    {
        NumberValue { NumberKind: NumberKind.Float } => "float64",
        NumberValue { NumberKind: NumberKind.Uint, AsUInt64: > long.MaxValue } => "uint64",
        NumberValue => "int",
        StringValue => "string",
        BoolValue => "bool",
        ArrayValue => "[]interface {}",
        ObjectValue => "map[string]interface {}",
        FunctionValue => "value.RawFunction",
        CapsuleValue capsule => capsule.TypeName,
        _ => Nil,
    };

    public void Append(Value value, Rune verb, bool nested = false)
    {
        if (value is NullValue)
        {
            AppendNull(verb, nested);
            return;
        }
        switch (verb.Value)
        {
            case 'T' when !nested:
                _padded.Text(TypeName(value), quote: false);
                break;
            case 'p' when !nested:
                AppendBad(value, verb);
                break;
            default:
                AppendKnown(value, verb);
                break;
        }
    }

    private void AppendKnown(Value value, Rune verb)
    {
        switch (value)
        {
            case BoolValue flag when verb.Value is 't' or 'v':
                _padded.Pad(flag.IsTrue ? "true" : "false");
                break;
            case NumberValue { NumberKind: NumberKind.Float } number when FloatFormat.TryAppend(_padded, spec, number.AsDouble, verb):
            case NumberValue { NumberKind: not NumberKind.Float } integer when IntegerFormat.TryAppend(_padded, spec, integer, verb):
            case StringValue text when TryAppendText(text.Text, text.Bytes, verb):
            case CapsuleValue { Content: Secret secret } when TryAppendText(secret.Reveal(), null, verb):
                break;
            case CapsuleValue { Content: OptionalSecret secret }:
                AppendRecord(secret, verb);
                break;
            case ArrayValue array:
                AppendArray(array, verb);
                break;
            case ObjectValue map:
                AppendMap(map, verb);
                break;
            case FunctionValue or CapsuleValue or UnknownValue when verb.Value is 'v' or 's':
                _padded.Pad(value is CapsuleValue capsule ? $"capsule(\"{capsule.TypeName}\")" : value.Kind.Text());
                break;
            default:
                AppendBad(value, verb);
                break;
        }
    }

    private void AppendNull(Rune verb, bool nested)
    {
        if (nested)
        {
            output.Append(spec.GoSyntax ? "interface {}(nil)" : Nil);
        }
        else if (verb.Value is 'T' or 'v')
        {
            _padded.Pad(Nil);
        }
        else
        {
            output.Append("%!").Append(verb.ToString()).Append("(<nil>)");
        }
    }

    private void AppendBad(Value value, Rune verb)
    {
        output.Append("%!").Append(verb.ToString()).Append('(').Append(TypeName(value)).Append('=');
        AppendKnown(value, new Rune('v'));
        output.Append(')');
    }

    private bool TryAppendText(string text, byte[]? bytes, Rune verb)
    {
        switch (verb.Value)
        {
            case 'v' or 's':
                _padded.Text(text, quote: spec.GoSyntax && verb.Value == 'v');
                return true;
            case 'q':
                _padded.Text(text, quote: true);
                return true;
            case 'x' or 'X':
                _padded.Hexadecimal(bytes ?? Encoding.UTF8.GetBytes(text), verb.Value == 'X');
                return true;
            default:
                return false;
        }
    }

    private void AppendRecord(OptionalSecret secret, Rune verb)
    {
        bool named = spec.FieldNames || spec.GoSyntax;
        output.Append(spec.GoSyntax ? ScalarConversion.OptionalSecretTypeName : "").Append('{').Append(named ? "IsSecret:" : "");
        AppendKnown(Value.Of(secret.IsSecret), verb);
        output.Append(spec.GoSyntax ? ", " : " ").Append(named ? "Value:" : "");
        AppendKnown(Value.Of(secret.Value), verb);
        output.Append('}');
    }

    private void AppendArray(ArrayValue array, Rune verb)
    {
        output.Append(spec.GoSyntax ? "[]interface {}{" : "[");
        for (int i = 0; i < array.Count; i++)
        {
            output.Append(i == 0 ? "" : spec.GoSyntax ? ", " : " ");
            Append(array[i], verb, nested: true);
        }
        output.Append(spec.GoSyntax ? '}' : ']');
    }

    private void AppendMap(ObjectValue map, Rune verb)
    {
        output.Append(spec.GoSyntax ? "map[string]interface {}{" : "map[");
        string separator = "";
        foreach (string key in map.Keys.Order(StringComparer.Ordinal))
        {
            output.Append(separator);
            AppendKnown(Value.Of(key), verb);
            output.Append(':');
            Append(map[key], verb, nested: true);
            separator = spec.GoSyntax ? ", " : " ";
        }
        output.Append(spec.GoSyntax ? '}' : ']');
    }
}
