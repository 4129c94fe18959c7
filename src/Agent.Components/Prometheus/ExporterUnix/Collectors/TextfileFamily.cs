namespace Agent.Components.Prometheus.ExporterUnix.Collectors;

/// <summary>One line of a *.prom file: which series of the family it belongs to, and its value.</summary>
/// <param name="Suffix">"", or _sum, _count or _bucket of a summary or histogram.</param>
/// <param name="Labels">All labels but le and quantile, in their order.</param>
/// <param name="Bound">The label le or quantile, with its name; null where there is none.</param>
/// <param name="Value">The value.</param>
internal sealed record TextfileSample(
    string Suffix, IReadOnlyList<(string Name, string Value)> Labels, (string Name, string Value)? Bound, double Value);

/// <summary>A family of a *.prom file.</summary>
internal sealed class TextfileFamily(string name)
{
    public string Name { get; } = name;

    /// <summary>Null where the file gives none.</summary>
    public string? Help { get; set; }

    public FamilyType Type { get; set; } = FamilyType.Untyped;

    public List<TextfileSample> Samples { get; } = [];

    /// <summary>Writes all samples. Series of one family must have the same labels: those that lack one get it empty.</summary>
    public void WriteTo(FamilyWriter output, string help)
    {
        string[] names = [.. Samples.SelectMany(sample => sample.Labels.Select(label => label.Name)).Distinct(StringComparer.Ordinal)];
        Family family = Family.Of(Type, Name, help, names);
        foreach (IGrouping<string, TextfileSample> series in Samples.GroupBy(sample => Key(sample.Labels), StringComparer.Ordinal))
        {
            string[] values = [.. names.Select(label => series.First().Labels.FirstOrDefault(pair => pair.Name == label).Value ?? "")];
            if (Type is FamilyType.Histogram or FamilyType.Summary)
            {
                WriteDistribution(output, family, [.. series], values);
                continue;
            }
            foreach (TextfileSample sample in series)
            {
                output.Write(family, sample.Value, values);
            }
        }
    }

    private void WriteDistribution(FamilyWriter output, Family family, List<TextfileSample> series, string[] values)
    {
        double count = series.Find(sample => sample.Suffix == "_count")?.Value ?? 0;
        foreach (TextfileSample sample in series)
        {
            if (sample.Bound is not null)
            {
                output.WriteSuffixed(family, sample.Suffix, sample.Value, values, sample.Bound);
            }
        }
        if (Type == FamilyType.Histogram && !series.Exists(sample => sample.Bound?.Value == "+Inf"))
        {
            output.WriteSuffixed(family, "_bucket", count, values, ("le", "+Inf"));
        }
        output.WriteSuffixed(family, "_sum", series.Find(sample => sample.Suffix == "_sum")?.Value ?? 0, values, null);
        output.WriteSuffixed(family, "_count", count, values, null);
    }

    private static string Key(IReadOnlyList<(string Name, string Value)> labels) =>
        string.Join('\n', labels.Select(label => $"{label.Name}={label.Value}").Order(StringComparer.Ordinal));
}
