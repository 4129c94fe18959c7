using System.Text.Json;
using Agent.Components.Common.Relabel;
using Agent.Kubernetes.Json;
using Agent.Sdk;
using Agent.Sdk.Patterns;

namespace Agent.Components.Loki.SourcePodlogs;

/// <summary>One rule of a resource, as the Prometheus Operator writes it: what is empty is not set.</summary>
internal sealed record RelabelConfig
{
    public IReadOnlyList<string> SourceLabels { get; init; } = [];

    public string Separator { get; init; } = "";

    public string TargetLabel { get; init; } = "";

    public string Regex { get; init; } = "";

    public long Modulus { get; init; }

    public string Replacement { get; init; } = "";

    public string Action { get; init; } = "";

    public static RelabelConfig Read(ref Utf8JsonReader json)
    {
        var found = new RelabelConfig();
        while (JsonFields.Next(ref json))
        {
            string name = json.GetString() ?? "";
            found = name switch
            {
                "sourceLabels" => found with { SourceLabels = Texts(ref json) },
                "separator" => found with { Separator = JsonFields.Text(ref json) ?? "" },
                "targetLabel" => found with { TargetLabel = JsonFields.Text(ref json) ?? "" },
                "regex" => found with { Regex = JsonFields.Text(ref json) ?? "" },
                "modulus" => found with { Modulus = JsonFields.Integer(ref json) ?? 0 },
                "replacement" => found with { Replacement = JsonFields.Text(ref json) ?? "" },
                "action" => found with { Action = JsonFields.Text(ref json) ?? "" },
                _ => Skip(ref json, found),
            };
        }
        return found;
    }

    public static List<string> Texts(ref Utf8JsonReader json)
    {
        var texts = new List<string>();
        if (JsonFields.EnterArray(ref json))
        {
            while (JsonFields.NextText(ref json))
            {
                texts.Add(JsonFields.NameHere(ref json) ?? "");
            }
        }
        return texts;
    }

    /// <summary>Makes rules ready to run; null, with the fault, where one of them cannot be.</summary>
    public static Relabeler? Convert(List<RelabelConfig> configs, out string fault)
    {
        fault = "";
        var rules = new RelabelRule[configs.Count];
        for (int i = 0; i < rules.Length; i++)
        {
            if (configs[i].ToRule(out fault) is not { } rule)
            {
                return null;
            }
            rules[i] = rule;
        }
        return new Relabeler(new ValueList<RelabelRule>(rules), LabelNameRule.Legacy);
    }

    private static RelabelConfig Skip(ref Utf8JsonReader json, RelabelConfig found)
    {
        JsonFields.Skip(ref json);
        return found;
    }

    private RelabelRule? ToRule(out string fault)
    {
        var rule = new RelabelRule { TargetLabel = TargetLabel, Modulus = (ulong)Math.Max(0, Modulus) };
        RelabelAction action = RelabelAction.Replace;
        fault = "";
        if (Action.Length > 0 && (!Enum.TryParse(Action, ignoreCase: true, out action) || !char.IsAsciiLetter(Action[0])))
        {
            fault = $"\"{Action}\" is no action";
        }
        else if (action == RelabelAction.HashMod && rule.Modulus == 0)
        {
            fault = "relabel configuration for hashmod requires non-zero modulus";
        }
        if (fault.Length > 0)
        {
            return null;
        }
        if (Regex.Length > 0)
        {
            if (!Pattern.TryParse(Regex, PatternOptions.Anchored, out Pattern? pattern, out string? error))
            {
                fault = error;
                return null;
            }
            rule = rule with { Regex = pattern };
        }
        return rule with
        {
            Action = action,
            SourceLabels = SourceLabels.Count > 0 ? new ValueList<string>([.. SourceLabels]) : null,
            Separator = Separator.Length > 0 ? Separator : rule.Separator,
            Replacement = Replacement.Length > 0 ? Replacement : rule.Replacement,
        };
    }
}
