using System.Globalization;
using System.Text.RegularExpressions;
using Agent.Runtime.Evaluation;
using Agent.Syntax.Values;

namespace Agent.Runtime.StandardLibrary.Yaml;

/// <summary>Types of plain scalars as gopkg.in/yaml.v3 sees them: YAML 1.2, plus octal <c>017</c> and underscores in numbers.</summary>
internal static partial class YamlScalar
{
    public const string TextTag = "tag:yaml.org,2002:str";
    public const string MergeTag = "tag:yaml.org,2002:merge";

    private const string Prefix = "tag:yaml.org,2002:";

    /// <exception cref="FormatException">The text is no value of the type its tag names.</exception>
    public static Value Resolve(string text, string tag)
    {
        switch (tag)
        {
            case Prefix + "binary":
                return StringBytes.ToValue(Base64Text.Decode(System.Text.Encoding.UTF8.GetBytes(text), Base64Text.Standard), false);
            case TextTag:
                return Value.Of(text);
            case "" or "?":
                return Plain(text, allowTime: true);
            case Prefix + "null" or Prefix + "bool" or Prefix + "int" or Prefix + "float" or Prefix + "timestamp":
                return Tagged(text, tag[Prefix.Length..]);
            default:
                return Value.Of(text);
        }
    }

    private static Value Tagged(string text, string type)
    {
        Value value = Plain(text, allowTime: type == "timestamp");
        bool fits = (type, value) switch
        {
            ("null", NullValue) or ("bool", BoolValue) or ("float", NumberValue) => true,
            ("int", NumberValue number) => number.NumberKind != NumberKind.Float,
            ("timestamp", StringValue time) => time.Text != text || TimePattern().IsMatch(text),
            _ => false,
        };
        if (!fits)
        {
            throw new FormatException($"yaml: cannot decode `{text}` as a !!{type}");
        }
        return type == "float" && value is NumberValue { NumberKind: not NumberKind.Float } whole ? Value.Of(whole.AsDouble) : value;
    }

    private static Value Plain(string text, bool allowTime)
    {
        switch (text)
        {
            case "" or "~" or "null" or "Null" or "NULL":
                return Value.Null;
            case "true" or "True" or "TRUE":
                return Value.True;
            case "false" or "False" or "FALSE":
                return Value.False;
            case ".nan" or ".NaN" or ".NAN":
                return Value.Of(double.NaN);
            case ".inf" or ".Inf" or ".INF" or "+.inf" or "+.Inf" or "+.INF":
                return Value.Of(double.PositiveInfinity);
            case "-.inf" or "-.Inf" or "-.INF":
                return Value.Of(double.NegativeInfinity);
        }
        if (text[0] == '.')
        {
            return FloatPattern().IsMatch(text) ? Float(text) ?? Value.Of(text) : Value.Of(text);
        }
        if (!char.IsAsciiDigit(text[0]) && text[0] is not ('+' or '-'))
        {
            return Value.Of(text);
        }
        return (allowTime ? YamlTime.TryRead(text) : null) ?? Number(text.Replace("_", "", StringComparison.Ordinal)) ?? Value.Of(text);
    }

    private static NumberValue? Number(string text)
    {
        bool negative = text.StartsWith('-');
        ReadOnlySpan<char> digits = text.AsSpan(text.Length > 0 && text[0] is '+' or '-' ? 1 : 0);
        int radix = digits switch
        {
            ['0', 'x' or 'X', ..] => 16,
            ['0', 'o' or 'O', ..] => 8,
            ['0', 'b' or 'B', ..] => 2,
            _ => 10,
        };
        digits = radix == 10 ? digits : digits[2..];
        if (radix == 10 && digits is ['0', _, ..])
        {
            radix = 8;
        }
        if (TryReadDigits(digits, radix, out ulong magnitude))
        {
            if (magnitude <= long.MaxValue)
            {
                return new NumberValue(negative ? -(long)magnitude : (long)magnitude);
            }
            if (negative && magnitude == 1UL << 63)
            {
                return new NumberValue(long.MinValue);
            }
            if (!negative && text[0] != '+')
            {
                return new NumberValue(magnitude);
            }
        }
        return FloatPattern().IsMatch(text) ? Float(text) : null;
    }

    private static bool TryReadDigits(ReadOnlySpan<char> digits, int radix, out ulong value)
    {
        value = 0;
        foreach (char c in digits)
        {
            int digit = char.IsAsciiHexDigit(c) ? Convert.ToInt32(c.ToString(), 16) : radix;
            if (digit >= radix || value > (ulong.MaxValue - (ulong)digit) / (ulong)radix)
            {
                return false;
            }
            value = (value * (ulong)radix) + (ulong)digit;
        }
        return digits.Length > 0;
    }

    private static NumberValue? Float(string text) =>
        double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out double value) && double.IsFinite(value)
            ? new NumberValue(value)
            : null;

    [GeneratedRegex(@"^[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?$", RegexOptions.CultureInvariant)]
    private static partial Regex FloatPattern();

    [GeneratedRegex("^[0-9]{4}-", RegexOptions.CultureInvariant)]
    private static partial Regex TimePattern();
}
