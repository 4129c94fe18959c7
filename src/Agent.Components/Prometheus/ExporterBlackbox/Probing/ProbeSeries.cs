using Agent.Components.Prometheus.ExporterUnix;

namespace Agent.Components.Prometheus.ExporterBlackbox.Probing;

/// <summary>The gauges of one probe. They are written at its end, so that each appears once however often it was set.</summary>
internal sealed class ProbeSeries
{
    private readonly Dictionary<(string Name, string Labels), Sample> _samples = [];

    /// <summary>Makes the gauge appear, as 0 unless it has a value.</summary>
    public void Declare(Family family, params string[] labels) => Add(family, 0, labels);

    public void Set(Family family, double value, params string[] labels) => Of(family, labels).Value = value;

    public void Add(Family family, double value, params string[] labels) => Of(family, labels).Value += value;

    public void CopyTo(FamilyWriter output)
    {
        foreach (Sample sample in _samples.Values.OrderBy(static sample => sample.Key, StringComparer.Ordinal))
        {
            output.Write(sample.Family, sample.Value, sample.Labels);
        }
    }

    private Sample Of(Family family, string[] labels)
    {
        string key = string.Join('\0', labels);
        if (!_samples.TryGetValue((family.Name, key), out Sample? sample))
        {
            sample = new Sample(family, labels, key);
            _samples.Add((family.Name, key), sample);
        }
        return sample;
    }

    private sealed class Sample(Family family, string[] labels, string key)
    {
        public Family Family => family;

        public string[] Labels => labels;

        public string Key => key;

        public double Value { get; set; }
    }
}
