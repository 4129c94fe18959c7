using System.Globalization;

namespace Agent.Conversion.Yaml;

/// <summary>What plain scalars stand for, by the rules of YAML 1.1 as Go's parser reads them.</summary>
internal static class YamlScalar
{
    public static YamlKind KindOf(string text) => text switch
    {
        "" or "~" or "null" or "Null" or "NULL" => YamlKind.Null,
        _ when TryBool(text, out _) => YamlKind.Bool,
        _ when TryInt(text, out _) => YamlKind.Int,
        _ when TryFloat(text, out _) => YamlKind.Float,
        _ => YamlKind.Text,
    };

    public static bool TryBool(string text, out bool value)
    {
        value = text is "true" or "True" or "TRUE" or "yes" or "Yes" or "YES" or "on" or "On" or "ON" or "y" or "Y";
        return value || text is "false" or "False" or "FALSE" or "no" or "No" or "NO" or "off" or "Off" or "OFF" or "n" or "N";
    }

    public static bool TryInt(string text, out long value)
    {
        string plain = text.Replace("_", "", StringComparison.Ordinal);
        return plain.StartsWith("0x", StringComparison.Ordinal)
            ? long.TryParse(plain.AsSpan(2), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out value)
            : long.TryParse(plain, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out value);
    }

    public static bool TryFloat(string text, out double value)
    {
        value = 0;
        // Names such as Infinity are text; only numbers have a digit in front.
        return text.Length > 0 && (char.IsAsciiDigit(text[0]) || text[0] is '.' or '-' or '+')
            && text.AsSpan().ContainsAnyInRange('0', '9')
            && double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out value);
    }
}
