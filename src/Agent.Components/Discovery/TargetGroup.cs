using System.Text.Json;
using Agent.Telemetry;

namespace Agent.Components.Discovery;

/// <summary>Targets that share labels, the way files and HTTP services list them: <c>{"targets": ["host:80"], "labels": {"job": "x"}}</c>.</summary>
internal sealed class TargetGroup
{
    public List<string> Targets { get; } = [];

    public Dictionary<string, string> Labels { get; } = new(StringComparer.Ordinal);

    /// <summary>Reads a JSON list of groups.</summary>
    /// <exception cref="InvalidDataException">The text is no JSON, or of another shape.</exception>
    public static List<TargetGroup> ReadJson(ReadOnlyMemory<byte> text)
    {
        try
        {
            ReadOnlySpan<byte> mark = [0xEF, 0xBB, 0xBF];
            using var document = JsonDocument.Parse(text.Span.StartsWith(mark) ? text[mark.Length..] : text);
            if (document.RootElement.ValueKind == JsonValueKind.Null)
            {
                return [];
            }
            Expect(document.RootElement, JsonValueKind.Array, "the whole", "a list of target groups");
            var groups = new List<TargetGroup>();
            foreach (JsonElement group in document.RootElement.EnumerateArray())
            {
                groups.Add(ReadGroup(group, $"target group {groups.Count}"));
            }
            return groups;
        }
        catch (JsonException exception)
        {
            throw new InvalidDataException($"cannot read target groups: {exception.Message}", exception);
        }
    }

    /// <summary>One target for each address, each with a further label that says where it comes from.</summary>
    public static List<Target> Flatten(List<TargetGroup> groups, string originName, string origin)
    {
        var targets = new List<Target>();
        var labels = new LabelSetBuilder();
        foreach (TargetGroup group in groups)
        {
            foreach (string address in group.Targets)
            {
                labels.Reset(LabelSet.Empty);
                foreach ((string name, string value) in group.Labels)
                {
                    labels.Set(name, value);
                }
                labels.Set(originName, origin);
                labels.Set(TargetText.Address, address);
                targets.Add(new Target(labels.ToLabelSet()));
            }
        }
        return targets;
    }

    private static TargetGroup ReadGroup(JsonElement element, string place)
    {
        Expect(element, JsonValueKind.Object, place, "an object");
        var group = new TargetGroup();
        foreach (JsonProperty field in element.EnumerateObject())
        {
            if (field.Name.Equals("targets", StringComparison.OrdinalIgnoreCase))
            {
                ReadTargets(field.Value, group, place);
            }
            else if (field.Name.Equals("labels", StringComparison.OrdinalIgnoreCase))
            {
                ReadLabels(field.Value, group, place);
            }
            else
            {
                throw new InvalidDataException($"cannot read target groups: {place} has an unknown field \"{field.Name}\"");
            }
        }
        return group;
    }

    private static void ReadTargets(JsonElement element, TargetGroup group, string place)
    {
        if (element.ValueKind == JsonValueKind.Null)
        {
            return;
        }
        Expect(element, JsonValueKind.Array, $"\"targets\" of {place}", "a list");
        foreach (JsonElement target in element.EnumerateArray())
        {
            Expect(target, JsonValueKind.String, $"a target of {place}", "a string");
            group.Targets.Add(target.GetString()!);
        }
    }

    private static void ReadLabels(JsonElement element, TargetGroup group, string place)
    {
        if (element.ValueKind == JsonValueKind.Null)
        {
            return;
        }
        Expect(element, JsonValueKind.Object, $"\"labels\" of {place}", "an object");
        foreach (JsonProperty label in element.EnumerateObject())
        {
            if (label.Name.Length == 0)
            {
                throw new InvalidDataException($"cannot read target groups: {place} has a label without a name");
            }
            Expect(label.Value, JsonValueKind.String, $"the label \"{label.Name}\" of {place}", "a string");
            group.Labels[label.Name] = label.Value.GetString()!;
        }
    }

    private static void Expect(JsonElement element, JsonValueKind kind, string what, string wanted)
    {
        if (element.ValueKind != kind)
        {
            throw new InvalidDataException($"cannot read target groups: {what} is not {wanted}");
        }
    }
}
