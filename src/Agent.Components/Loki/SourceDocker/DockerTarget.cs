using System.Text;
using Agent.Components.Common.Relabel;
using Agent.Sdk;
using Agent.Telemetry;

namespace Agent.Components.Loki.SourceDocker;

/// <summary>One container to read.</summary>
/// <param name="Id">Its id.</param>
/// <param name="Labels">The target's labels, over which the component's own have gone.</param>
internal sealed record DockerTarget(string Id, LabelSet Labels)
{
    private const string IdLabel = "__meta_docker_container_id";
    private const string StreamLabel = "__meta_docker_container_log_stream";

    /// <summary>The containers among targets: discovery finds one several times, for each of its ports; then one of them counts.</summary>
    public static List<DockerTarget> Resolve(ValueList<Target> targets, ValueMap<string> labels)
    {
        var found = new List<DockerTarget>(targets.Count);
        foreach (Target target in targets)
        {
            var builder = new LabelSetBuilder(target.Labels);
            foreach ((string name, string value) in labels)
            {
                builder.Set(name, value);
            }
            LabelSet all = builder.ToLabelSet();
            if (all[IdLabel].Length > 0)
            {
                found.Add(new DockerTarget(all[IdLabel], all));
            }
        }
        // In the order of Prometheus' fingerprints, so that the one that counts does not depend on who was found first.
        return [.. found.OrderBy(static target => Fingerprint(target.Labels)).DistinctBy(static target => target.Id, StringComparer.Ordinal)];
    }

    public StreamLabels StreamsBy(Relabeler rules) => new(StreamBy(rules, "stdout"), StreamBy(rules, "stderr"));

    private static ulong Fingerprint(LabelSet labels)
    {
        const ulong Offset = 14695981039346656037;
        ulong hash = Offset;
        foreach (Label label in labels)
        {
            hash = Mix(Mix(hash, label.Name), label.Value);
        }
        return hash;
    }

    // FNV-1a over the bytes and a separator.
    private static ulong Mix(ulong hash, string text)
    {
        const ulong Prime = 1099511628211;
        const byte Separator = 255;
        foreach (byte value in Encoding.UTF8.GetBytes(text))
        {
            hash = unchecked((hash ^ value) * Prime);
        }
        return unchecked((hash ^ Separator) * Prime);
    }

    private LabelSet? StreamBy(Relabeler rules, string stream)
    {
        var builder = new LabelSetBuilder(Labels);
        builder.Set(StreamLabel, stream);
        if (!rules.Apply(builder))
        {
            return null;
        }
        builder.RemoveAll(static label => label.Name.StartsWith("__", StringComparison.Ordinal));
        return builder.ToLabelSet();
    }
}
