using System.Globalization;
using System.Text;

namespace Agent.Components.Prometheus.ExporterUnix.Collectors;

/// <summary>Reads a *.prom file: the Prometheus text format, without timestamps.</summary>
internal sealed class TextfileParser
{
    private static readonly string[] Suffixes = ["_bucket", "_count", "_sum"];
    private readonly Dictionary<string, TextfileFamily> _families = new(StringComparer.Ordinal);
    private int _line;

    /// <summary>All families in their order. The first mistake rejects the whole file, with its line.</summary>
    public static IReadOnlyCollection<TextfileFamily> Parse(string text)
    {
        var parser = new TextfileParser();
        foreach (string raw in text.Split('\n'))
        {
            parser._line++;
            string line = raw.Trim(' ', '\t', '\r');
            if (line.StartsWith('#'))
            {
                parser.Comment(line);
            }
            else if (line.Length > 0)
            {
                parser.Sample(line);
            }
        }
        return [.. parser._families.Values.Where(family => family.Samples.Count > 0)];
    }

    private void Comment(string line)
    {
        string[] words = line[1..].TrimStart().Split([' ', '\t'], 3, StringSplitOptions.None);
        if (words is ["HELP", var helped, ..])
        {
            string help = words.Length > 2 ? words[2].TrimStart() : "";
            // An empty help text counts as none.
            FamilyOf(helped).Help ??= help.Length == 0 ? null : help.Replace("\\n", "\n", StringComparison.Ordinal).Replace("\\\\", "\\", StringComparison.Ordinal);
        }
        else if (words is ["TYPE", var typed, var type])
        {
            TextfileFamily family = FamilyOf(typed);
            if (family.Samples.Count > 0)
            {
                throw Mistake($"the type of {typed} comes behind its samples, or twice");
            }
            family.Type = type.Trim() switch
            {
                "counter" => FamilyType.Counter,
                "gauge" => FamilyType.Gauge,
                "summary" => FamilyType.Summary,
                "histogram" => FamilyType.Histogram,
                "untyped" => FamilyType.Untyped,
                _ => throw Mistake($"there is no type \"{type}\""),
            };
        }
    }

    private void Sample(string line)
    {
        int end = line.AsSpan().IndexOfAny('{', ' ', '\t');
        string name = end < 0 ? line : line[..end];
        if (end < 0 || !IsName(name))
        {
            throw Mistake($"\"{name}\" is no name of a metric, or has no value");
        }
        var labels = new List<(string, string)>();
        string rest = line[end..].TrimStart();
        if (rest.StartsWith('{'))
        {
            rest = rest[Labels(rest, labels)..];
        }
        string[] fields = rest.Split([' ', '\t'], StringSplitOptions.RemoveEmptyEntries);
        if (fields.Length > 1)
        {
            throw Mistake("timestamps are not supported, the whole file is left out");
        }
        if (fields.Length == 0 || !TryValue(fields[0], out double value))
        {
            throw Mistake("a sample has no number as its value");
        }
        Add(name, labels, value);
    }

    private void Add(string name, List<(string Name, string Value)> labels, double value)
    {
        string suffix = Array.Find(Suffixes, suffix => name.EndsWith(suffix, StringComparison.Ordinal)) ?? "";
        bool part = suffix.Length > 0 && _families.TryGetValue(name[..^suffix.Length], out TextfileFamily? whole)
            && (whole.Type == FamilyType.Histogram || (whole.Type == FamilyType.Summary && suffix != "_bucket"));
        TextfileFamily family = FamilyOf(part ? name[..^suffix.Length] : name);
        string? bound = family.Type switch
        {
            FamilyType.Histogram when part && suffix == "_bucket" => "le",
            FamilyType.Summary when !part => "quantile",
            _ => null,
        };
        int at = bound is null ? -1 : labels.FindIndex(label => label.Name == bound);
        (string Name, string Value)? pair = null;
        if (at >= 0)
        {
            pair = (bound!, Bound(labels[at].Value));
            labels.RemoveAt(at);
        }
        family.Samples.Add(new TextfileSample(part ? suffix : "", labels, pair, value));
    }

    /// <summary>Bounds are numbers, so "1.0" and "1" are one.</summary>
    private string Bound(string text)
    {
        if (!TryValue(text, out double value))
        {
            throw Mistake($"\"{text}\" is no bound of a bucket");
        }
        using var buffer = new Wire.GrowableBuffer();
        SampleNumber.Write(buffer, value);
        return Encoding.ASCII.GetString(buffer.Written);
    }

    /// <summary>Reads {name="value",…}; the answer is how many characters it took.</summary>
    private int Labels(string text, List<(string, string)> labels)
    {
        int at = 1;
        while (true)
        {
            at += text.AsSpan(at).IndexOfAnyExcept(' ', '\t', ',') is var skipped && skipped < 0 ? text.Length - at : skipped;
            if (at >= text.Length)
            {
                throw Mistake("the labels have no end");
            }
            if (text[at] == '}')
            {
                return at + 1;
            }
            int equals = text.IndexOf('=', at);
            string name = equals < 0 ? "" : text[at..equals].Trim();
            int quote = equals < 0 ? -1 : text.IndexOf('"', equals);
            if (quote < 0 || !IsName(name) || text[(equals + 1)..quote].Trim().Length > 0)
            {
                throw Mistake("a label is not written as name=\"value\"");
            }
            (string value, at) = Quoted(text, quote + 1);
            labels.Add((name, value));
        }
    }

    private (string Value, int End) Quoted(string text, int at)
    {
        var value = new StringBuilder();
        for (; at < text.Length; at++)
        {
            if (text[at] == '"')
            {
                return (value.ToString(), at + 1);
            }
            if (text[at] == '\\' && at + 1 < text.Length)
            {
                at++;
                value.Append(text[at] switch { 'n' => '\n', '\\' => '\\', '"' => '"', _ => throw Mistake("a label has an unknown escape") });
                continue;
            }
            value.Append(text[at]);
        }
        throw Mistake("the value of a label has no end");
    }

    private TextfileFamily FamilyOf(string name)
    {
        if (!_families.TryGetValue(name, out TextfileFamily? family))
        {
            _families[name] = family = new TextfileFamily(name);
        }
        return family;
    }

    private CollectorException Mistake(string what) => new($"line {_line}: {what}");

    private static bool IsName(string name) => name.Length > 0 && !char.IsAsciiDigit(name[0])
        && name.All(c => char.IsAsciiLetterOrDigit(c) || c is '_' or ':');

    private static bool TryValue(string text, out double value)
    {
        value = text switch { "+Inf" or "Inf" => double.PositiveInfinity, "-Inf" => double.NegativeInfinity, _ => double.NaN };
        return !double.IsNaN(value) || text == "NaN" || double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out value);
    }
}
