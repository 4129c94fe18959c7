using System.Text;
using Agent.Components.Common.Relabel;

namespace Agent.Components.Loki.SourceJournal;

/// <summary>One name of fields.</summary>
internal sealed class FieldName(string name)
{
    public const string LabelPrefix = "__journal_";

    /// <summary>As the journal has it.</summary>
    public string Name { get; } = name;

    /// <summary>The label that rules see.</summary>
    public string Label { get; } = LabelPrefix + name.ToLowerInvariant();

    public bool IsMessage { get; } = name == "MESSAGE";

    public bool IsPriority { get; } = name == "PRIORITY";

    /// <summary>True where a rule may look at the label.</summary>
    public bool IsRead { get; init; }
}

/// <summary>The names of fields that were met, and whether the rules read them. For one thread.</summary>
internal sealed class FieldNames
{
    /// <summary>The priority as a word, beside <c>__journal_priority</c>.</summary>
    public const string PriorityKeyword = FieldName.LabelPrefix + "priority_keyword";

    // Programs choose names as they like; more than these are made anew each time.
    private const int Limit = 4096;

    private readonly Dictionary<byte[], FieldName> _known = new(new ByteKeys());
    private readonly Dictionary<byte[], FieldName>.AlternateLookup<ReadOnlySpan<byte>> _byBytes;
    private readonly HashSet<string> _labels = new(StringComparer.Ordinal);
    private readonly List<RelabelRule> _maps = [];

    public FieldNames(RelabelRules rules)
    {
        _byBytes = _known.GetAlternateLookup<ReadOnlySpan<byte>>();
        foreach (RelabelRule rule in rules.Rules)
        {
            _labels.UnionWith(rule.SourceLabels ?? []);
            if (rule.Action is RelabelAction.KeepEqual or RelabelAction.DropEqual)
            {
                _labels.Add(rule.TargetLabel);
            }
            else if (rule.Action == RelabelAction.LabelMap)
            {
                _maps.Add(rule);
            }
        }
    }

    public FieldName Get(ReadOnlySpan<byte> name)
    {
        if (_byBytes.TryGetValue(name, out FieldName? known))
        {
            return known;
        }
        var made = new FieldName(Encoding.UTF8.GetString(name));
        bool isRead = IsRead(made.Label) || (made.IsPriority && IsRead(PriorityKeyword));
        made = new FieldName(made.Name) { IsRead = isRead };
        if (_known.Count < Limit)
        {
            _byBytes[name] = made;
        }
        return made;
    }

    private bool IsRead(string label) => _labels.Contains(label) || _maps.Exists(rule => rule.Regex.IsMatch(label));
}
