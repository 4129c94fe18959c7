using System.Text.Json;
using Agent.Runtime.Graph;
using Agent.Syntax.Values;
using Agent.Telemetry;

namespace Agent.Web.Api.V1;

/// <summary>Where targets come from: the components that relabelled them, or dropped them, before others got them.</summary>
internal sealed class TargetOrigins(WholeGraph view)
{
    /// <summary>Rules stand behind one another only so often.</summary>
    private const int MostSteps = 16;

    private const string Hidden = "(secret)";

    /// <summary>Targets that would have come to a component, had not the rules of another one dropped them.</summary>
    public IEnumerable<LabelSet> DroppedBefore(ComponentNode node)
    {
        var seen = new HashSet<string>(StringComparer.Ordinal) { node.Id };
        var waiting = new Queue<ComponentNode>([node]);
        while (waiting.TryDequeue(out ComponentNode? at))
        {
            foreach (ComponentNode source in SourcesOf(at).Where(source => seen.Add(source.Id)))
            {
                waiting.Enqueue(source);
                foreach (LabelSet dropped in source.RelabelTrace?.DroppedTargets() ?? [])
                {
                    yield return dropped;
                }
            }
        }
    }

    /// <summary>What a target was before each of the components that relabelled it, as it was discovered first.</summary>
    public void Write(Utf8JsonWriter json, ComponentNode node, LabelSet labels)
    {
        json.WriteStartObject();
        json.WriteStartArray("steps"u8);
        foreach ((string component, LabelSet before) in Steps(node, labels).Reverse())
        {
            json.WriteStartObject();
            json.WriteString("component"u8, component);
            ScrapeTargetsAnswer.WriteLabels(json, "labels", before);
            json.WriteEndObject();
        }
        json.WriteEndArray();
        json.WriteEndObject();
    }

    private IEnumerable<(string Component, LabelSet Before)> Steps(ComponentNode node, LabelSet labels)
    {
        for (int step = 0; step < MostSteps; step++)
        {
            if (LastStep(node, labels) is not (var source, var given))
            {
                yield break;
            }
            yield return (source.Id, given);
            (node, labels) = (source, given);
        }
    }

    /// <summary>A scraper adds labels of its own to what it is given: of what fits, that with the most labels is meant.</summary>
    private (ComponentNode Source, LabelSet Given)? LastStep(ComponentNode node, LabelSet labels)
    {
        (ComponentNode, LabelSet)? best = null;
        int most = -1;
        foreach (ComponentNode source in SourcesOf(node))
        {
            foreach ((LabelSet given, LabelSet kept) in source.RelabelTrace?.KeptTargets() ?? [])
            {
                if (kept.Count > most && IsPartOf(kept, labels))
                {
                    (best, most) = ((source, given), kept.Count);
                }
            }
        }
        return best;
    }

    private IEnumerable<ComponentNode> SourcesOf(ComponentNode node) =>
        view.ReferencesOf(node).Select(view.Find).OfType<ComponentNode>().Where(GivesTargets);

    private static bool GivesTargets(ComponentNode node) =>
        node.Exports is { } exports && (exports.TryGet("targets", out Value? value) || exports.TryGet("output", out value)) && value is ArrayValue;

    private static bool IsPartOf(LabelSet part, LabelSet whole)
    {
        foreach (Label label in part.Span)
        {
            string value = whole[label.Name];
            // What is asked for was shown before, and may lack what nobody was to see.
            if (value != label.Value && !value.Contains(Hidden, StringComparison.Ordinal))
            {
                return false;
            }
        }
        return true;
    }
}
