using System.Buffers.Binary;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Agent.Sdk;
using Agent.Sdk.Patterns;
using Agent.Sdk.Tracing;
using Agent.Telemetry;

namespace Agent.Components.Common.Relabel;

/// <summary>One rule made ready to run. Safe on any thread.</summary>
internal sealed class RelabelStep
{
    private readonly RelabelRule _rule;
    private readonly LabelNameRule _names;
    private readonly ValueList<string> _sources;

    // Null where the target is no template, and where the action has none.
    private readonly PatternTemplate? _target;
    private readonly PatternTemplate? _replacement;
    private readonly Predicate<Label>? _removes;
    private readonly bool _matchesAll;
    private readonly bool _copies;
    private long _hits;
    private long _drops;

    public RelabelStep(RelabelRule rule, LabelNameRule names)
    {
        _rule = rule;
        _names = names;
        _sources = rule.SourceLabels ?? [];
        if (rule.Action is RelabelAction.Replace or RelabelAction.LabelMap)
        {
            _target = rule.TargetLabel.Contains('$', StringComparison.Ordinal) ? rule.Regex.Template(rule.TargetLabel) : null;
            _replacement = rule.Regex.Template(rule.Replacement);
        }
        _matchesAll = rule.Regex.Text == RelabelRule.AnyText;
        _copies = _matchesAll && rule.Replacement is "$1" or "${1}" or "$0" or "${0}";
        if (rule.Action is RelabelAction.LabelDrop or RelabelAction.LabelKeep)
        {
            _removes = Removes;
        }
    }

    public RuleCounts Counts => new(Volatile.Read(ref _hits), Volatile.Read(ref _drops));

    /// <summary>False where the rule drops the set.</summary>
    public bool Apply(LabelSetBuilder labels)
    {
        switch (_rule.Action)
        {
            case RelabelAction.Drop:
                return !Matches(labels) || Drop();
            case RelabelAction.Keep:
                return Matches(labels) ? Hit() : Drop();
            case RelabelAction.DropEqual:
                return labels.Get(_rule.TargetLabel) != Joined(labels) || Drop();
            case RelabelAction.KeepEqual:
                return labels.Get(_rule.TargetLabel) == Joined(labels) ? Hit() : Drop();
            case RelabelAction.Replace:
                return !Replace(labels) || Hit();
            case RelabelAction.LabelMap:
                return !Rename(labels) || Hit();
            case RelabelAction.LabelDrop or RelabelAction.LabelKeep:
                int before = labels.Count;
                labels.RemoveAll(_removes!);
                return labels.Count == before || Hit();
            default:
                labels.Set(_rule.TargetLabel, Transformed(Joined(labels)));
                return Hit();
        }
    }

    private bool Matches(LabelSetBuilder labels) => _matchesAll || _rule.Regex.IsMatch(Joined(labels));

    private bool Replace(LabelSetBuilder labels)
    {
        string value = Joined(labels);
        string? target = _target is null ? _rule.TargetLabel : null;
        string? result;
        if (_copies && target is not null)
        {
            result = value;
        }
        else
        {
            // A constant target is set only where the expression matches; and then the other one matches too.
            target = _target is null ? target : _rule.Regex.Expand(value, _target);
            result = target is null ? null : _rule.Regex.Expand(value, _replacement!);
        }
        if (target is null || result is null)
        {
            return false;
        }
        if (LabelNames.IsValid(target, _names))
        {
            labels.Set(target, result);
        }
        return true;
    }

    private bool Rename(LabelSetBuilder labels)
    {
        // A new name must not be matched again, so the names are taken first.
        var matching = new List<Label>();
        for (int i = 0; i < labels.Count; i++)
        {
            if (_rule.Regex.IsMatch(labels[i].Name))
            {
                matching.Add(labels[i]);
            }
        }
        foreach (Label label in matching)
        {
            labels.Set(_rule.Regex.Replace(label.Name, _replacement!), label.Value);
        }
        return matching.Count > 0;
    }

    private string Transformed(string value) => _rule.Action switch
    {
        RelabelAction.Lowercase => GoCase.Lower(value),
        RelabelAction.Uppercase => GoCase.Upper(value),
        _ => (Hash(value) % _rule.Modulus).ToString(CultureInfo.InvariantCulture),
    };

    // Only the last eight bytes count, as in Prometheus, so that targets shard alike everywhere.
    private static ulong Hash(string value)
    {
#pragma warning disable CA5351 // The hash spreads targets; it protects nothing.
        return BinaryPrimitives.ReadUInt64BigEndian(MD5.HashData(Encoding.UTF8.GetBytes(value)).AsSpan(8));
#pragma warning restore CA5351
    }

    private string Joined(LabelSetBuilder labels)
    {
        switch (_sources.Count)
        {
            case 0:
                return "";
            case 1:
                return labels.Get(_sources[0]);
            case 2:
                return string.Concat(labels.Get(_sources[0]), _rule.Separator, labels.Get(_sources[1]));
            default:
                string[] values = new string[_sources.Count];
                for (int i = 0; i < values.Length; i++)
                {
                    values[i] = labels.Get(_sources[i]);
                }
                return string.Join(_rule.Separator, values);
        }
    }

    private bool Removes(Label label) => _rule.Regex.IsMatch(label.Name) == (_rule.Action == RelabelAction.LabelDrop);

    private bool Hit()
    {
        Interlocked.Increment(ref _hits);
        return true;
    }

    private bool Drop()
    {
        Interlocked.Increment(ref _drops);
        return false;
    }
}
