
namespace Agent.Components.Loki.SourcePodlogs;

/// <summary>A requirement on one label, as Kubernetes has it.</summary>
internal sealed record LabelRequirement(string Key, string Operator, IReadOnlyList<string> Values)
{
    /// <summary>What is wrong with it, or null.</summary>
    public string? Fault => Operator switch
    {
        _ when Key.Length == 0 => "a label's key must be given",
        "In" or "NotIn" => Values.Count == 0 ? $"for the operator {Operator}, values must be given" : null,
        "Exists" or "DoesNotExist" => Values.Count > 0 ? $"for the operator {Operator}, values must not be given" : null,
        _ => $"\"{Operator}\" is no operator; the operators are In, NotIn, Exists and DoesNotExist",
    };

    public bool Matches(IReadOnlyDictionary<string, string> labels)
    {
        bool isThere = labels.TryGetValue(Key, out string? value);
        return Operator switch
        {
            "In" => isThere && Values.Contains(value!),
            "NotIn" => !isThere || !Values.Contains(value!),
            "Exists" => isThere,
            _ => !isThere,
        };
    }
}

/// <summary>A label selector: everything where it is empty.</summary>
internal sealed record LabelSelection(IReadOnlyList<LabelRequirement> Requirements)
{
    public static LabelSelection Everything { get; } = new([]);

    public string? Fault => Requirements.Select(static requirement => requirement.Fault).FirstOrDefault(static fault => fault is not null);

    public bool Matches(IReadOnlyDictionary<string, string> labels) => Requirements.All(requirement => requirement.Matches(labels));
}
