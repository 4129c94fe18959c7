using System.Formats.Asn1;
using System.Security.Cryptography.X509Certificates;
using System.Text;

namespace Agent.Components.Prometheus.ExporterBlackbox.Probing;

/// <summary>Names of certificates as Go writes them: RFC 2253, parts of one kind together, in a fixed order of kinds.</summary>
internal static class DistinguishedName
{
    private const string Known = "2.5.4.";

    // First in the text: what Go has no name for, then these.
    private static readonly (string Type, string Name)[] Order =
    [
        ("2.5.4.5", "SERIALNUMBER"), ("2.5.4.3", "CN"), ("2.5.4.17", "POSTALCODE"), ("2.5.4.9", "STREET"), ("2.5.4.8", "ST"),
        ("2.5.4.7", "L"), ("2.5.4.11", "OU"), ("2.5.4.10", "O"), ("2.5.4.6", "C"),
    ];

    public static string Text(X500DistinguishedName name)
    {
        try
        {
            List<(string Type, string Value, byte[] Encoded)> parts = Read(name.RawData);
            var texts = new List<string>();
            foreach ((string type, string label) in Order)
            {
                List<string> values = [.. parts.Where(part => part.Type == type).Select(part => $"{label}={Escape(part.Value)}")];
                // Of these two a certificate has one; where it has more, Go keeps the last.
                values = label is "CN" or "SERIALNUMBER" && values.Count > 1 ? [values[^1]] : values;
                if (values.Count > 0)
                {
                    texts.Add(string.Join('+', values));
                }
            }
            texts.AddRange(parts.Where(static part => Array.TrueForAll(Order, known => known.Type != part.Type)).Reverse()
                .Select(static part => $"{part.Type}=#{Convert.ToHexStringLower(part.Encoded)}"));
            return string.Join(',', texts);
        }
        catch (AsnContentException)
        {
            return name.Name;
        }
    }

    private static List<(string Type, string Value, byte[] Encoded)> Read(byte[] raw)
    {
        var parts = new List<(string, string, byte[])>();
        AsnReader sequence = new AsnReader(raw, AsnEncodingRules.DER).ReadSequence();
        while (sequence.HasData)
        {
            AsnReader set = sequence.ReadSetOf(skipSortOrderValidation: true);
            while (set.HasData)
            {
                AsnReader part = set.ReadSequence();
                string type = part.ReadObjectIdentifier();
                byte[] encoded = part.PeekEncodedValue().ToArray();
                Asn1Tag tag = part.PeekTag();
                string value = tag.TagClass == TagClass.Universal && type.StartsWith(Known, StringComparison.Ordinal)
                    ? part.ReadCharacterString((UniversalTagNumber)tag.TagValue)
                    : "";
                parts.Add((type, value, encoded));
            }
        }
        return parts;
    }

    private static string Escape(string value)
    {
        var text = new StringBuilder();
        for (int i = 0; i < value.Length; i++)
        {
            bool isSpecial = value[i] is ',' or '+' or '"' or '\\' or '<' or '>' or ';'
                || (value[i] == ' ' && (i == 0 || i == value.Length - 1))
                || (value[i] == '#' && i == 0);
            text.Append(isSpecial ? "\\" : "").Append(value[i]);
        }
        return text.ToString();
    }
}
