using System.Buffers;
using System.Text;
using Agent.Wire;

namespace Agent.Components.Prometheus.ExporterUnix;

/// <summary>Collects samples in any order and writes them, family by family, in the Prometheus text format (0.0.4, UTF-8).</summary>
/// <remarks>
/// Each family keeps its lines in a buffer of its own, which is kept from scrape to scrape, so that a steady scrape allocates nothing
/// here. A label with an empty value is written as such, like the reference does. Not thread safe.
/// </remarks>
internal sealed class FamilyWriter : IDisposable
{
    private readonly Dictionary<string, Section> _sections = new(StringComparer.Ordinal);
    private readonly List<Section> _sorted = [];

    /// <summary>Adds one sample; label values stand in the order in which the family declares their names.</summary>
    public void Write(Family family, double value, params ReadOnlySpan<string> labels) => WriteSuffixed(family, "", value, labels, []);

    /// <summary>Adds one line of a histogram or summary: <c>name_suffix{labels, extra}</c>.</summary>
    public void WriteSuffixed(
        Family family, string suffix, double value, ReadOnlySpan<string> labels, (string Name, string Value)? extra)
    {
        if (extra is { } pair)
        {
            WriteSuffixed(family, suffix, value, labels, [pair.Name, pair.Value]);
        }
        else
        {
            WriteSuffixed(family, suffix, value, labels, []);
        }
    }

    /// <summary>Writes everything collected, sorted by family name.</summary>
    public void CopyTo(IBufferWriter<byte> output)
    {
        _sorted.Clear();
        foreach (Section section in _sections.Values)
        {
            if (section.Lines.Length > 0)
            {
                _sorted.Add(section);
            }
        }
        _sorted.Sort(static (a, b) => string.CompareOrdinal(a.Family.Name, b.Family.Name));
        foreach (Section section in _sorted)
        {
            output.Write(section.Header);
            output.Write(section.Lines.Written);
        }
    }

    /// <summary>Forgets the samples and keeps the memory for the next scrape.</summary>
    public void Clear()
    {
        foreach (Section section in _sections.Values)
        {
            section.Lines.Clear();
        }
    }

    public void Dispose()
    {
        foreach (Section section in _sections.Values)
        {
            section.Lines.Dispose();
        }
        _sections.Clear();
    }

    private void WriteSuffixed(
        Family family, string suffix, double value, ReadOnlySpan<string> labels, ReadOnlySpan<string> extra)
    {
        if (labels.Length != family.Labels.Count)
        {
            throw new ArgumentException($"BUG: {family.Name} takes {family.Labels.Count} label values, got {labels.Length}");
        }
        GrowableBuffer lines = SectionOf(family).Lines;
        Append(lines, family.Name);
        Append(lines, suffix);
        byte before = (byte)'{';
        foreach (int index in family.WriteOrder)
        {
            AppendLabel(lines, before, family.Labels[index], labels[index]);
            before = (byte)',';
        }
        if (extra.Length > 0)
        {
            AppendLabel(lines, before, extra[0], extra[1]);
        }
        if (labels.Length > 0 || extra.Length > 0)
        {
            lines.WriteByte((byte)'}');
        }
        lines.WriteByte((byte)' ');
        SampleNumber.Write(lines, value);
        lines.WriteByte((byte)'\n');
    }

    private static void AppendLabel(GrowableBuffer lines, byte before, string name, string value)
    {
        lines.WriteByte(before);
        Append(lines, name);
        lines.Write("=\""u8);
        AppendEscaped(lines, value);
        lines.WriteByte((byte)'"');
    }

    private static void Append(GrowableBuffer lines, ReadOnlySpan<char> text)
    {
        Span<byte> space = lines.Reserve(Encoding.UTF8.GetMaxByteCount(text.Length));
        lines.Advance(Encoding.UTF8.GetBytes(text, space));
    }

    private static void AppendEscaped(GrowableBuffer lines, ReadOnlySpan<char> text)
    {
        while (true)
        {
            int special = text.IndexOfAny('\\', '"', '\n');
            if (special < 0)
            {
                Append(lines, text);
                return;
            }
            Append(lines, text[..special]);
            lines.Write(text[special] switch { '\\' => "\\\\"u8, '"' => "\\\""u8, _ => "\\n"u8 });
            text = text[(special + 1)..];
        }
    }

    private Section SectionOf(Family family)
    {
        if (!_sections.TryGetValue(family.Name, out Section? section))
        {
            section = new Section(family);
            _sections.Add(family.Name, section);
        }
        return section;
    }

    private sealed class Section(Family family)
    {
        public Family Family { get; } = family;

        public GrowableBuffer Lines { get; } = new();

        public byte[] Header { get; } = Encoding.UTF8.GetBytes(
            $"# HELP {family.Name} {family.Help.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\n", "\\n", StringComparison.Ordinal)}\n"
            + $"# TYPE {family.Name} {TypeName(family.Type)}\n");

        private static string TypeName(FamilyType type) => type switch
        {
            FamilyType.Gauge => "gauge",
            FamilyType.Counter => "counter",
            FamilyType.Summary => "summary",
            FamilyType.Histogram => "histogram",
            _ => "untyped",
        };
    }
}
