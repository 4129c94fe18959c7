using Agent.Conversion.Blocks;
using Agent.Conversion.Diagnostics;
using Agent.Conversion.Yaml;

namespace Agent.Conversion.Promtail.Stages;

/// <summary>Converts pipeline stages of promtail to the stages of <c>loki.process</c>.</summary>
internal sealed class StageConverter(Findings findings)
{
    private const int MaxDepth = 50;

    private int _depth;

    /// <summary>Writes a block a stage. A stage that cannot be converted is left out, with a finding.</summary>
    public void Convert(IEnumerable<YamlNode> stages, AlloyBody to)
    {
        if (++_depth > MaxDepth)
        {
            findings.Critical("pipeline stages are nested too deeply");
        }
        else
        {
            foreach (YamlNode stage in stages)
            {
                Convert(stage, to);
            }
        }
        _depth--;
    }

    private void Convert(YamlNode stage, AlloyBody to)
    {
        if (stage.Kind != YamlKind.Map)
        {
            findings.Critical(
                "invalid input YAML config, make sure each stage of your pipeline is a YAML object (must end with a `:`), check stage "
                + $"`- {GoText.Of(stage)}`");
            return;
        }
        if (stage.Fields is not [var field])
        {
            findings.Critical($"each pipeline stage must contain exactly one key, got: {GoText.Of(stage)}");
            return;
        }
        // What a stage in error has written is thrown away with the body.
        var body = new AlloyBody();
        if (Write(field.Key, field.Value, body) is not { } name)
        {
            findings.Error($"The converter does not support converting the provided pipeline stage: {GoText.Of(stage)}");
        }
        else if (name.Length > 0)
        {
            to.Take("stage." + name, body);
        }
    }

    /// <returns>The name of the stage in <c>loki.process</c>; empty where a mistake was found, null where there is no such stage.</returns>
    private string? Write(string stage, YamlNode node, AlloyBody to)
    {
        bool loose = stage is "pack" or "multiline" or "limit" or "sampling" or "drop";
        if (stage is "labeldrop" or "labelallow")
        {
            return Values(stage, node, to);
        }
        if (stage is "docker" or "decolorize")
        {
            return stage;
        }
        var arguments = new StageArguments(node, loose);
        string? name = stage switch
        {
            "match" => Match(arguments, to),
            "metrics" => new MetricStage(findings).Write(node, to),
            "drop" => new DropStage(findings).Write(arguments, to),
            "multiline" => SimpleStages.Multiline(arguments, to, findings),
            _ => SimpleStages.Write(stage, arguments, to),
        };
        if (name is null or "")
        {
            return name;
        }
        if (arguments.Error is not null)
        {
            findings.Error($"invalid pipeline stage config: {GoText.Of(node)} - decoding failed due to the following error(s):\n\n{arguments.Error}");
            return "";
        }
        if (stage != "metrics")
        {
            foreach (string unknown in arguments.Unread)
            {
                findings.Warning($"the field {unknown} of pipeline_stages.{stage} is unknown and was left out");
            }
        }
        return name;
    }

    private string Match(StageArguments from, AlloyBody to)
    {
        to.Text("selector", from.Text("selector") ?? "", omit: null);
        if (from.Get("stages") is { } stages)
        {
            Convert(stages.Items, to);
        }
        to.Text("action", from.Text("action"));
        to.Text("pipeline_name", from.Text("pipeline_name"));
        to.Text("drop_counter_reason", from.Text("drop_counter_reason"));
        return "match";
    }

    private string Values(string stage, YamlNode node, AlloyBody to)
    {
        if (node.Kind is not (YamlKind.List or YamlKind.Null) || node.Items.Any(static item => item.Kind != YamlKind.Text))
        {
            findings.Error($"invalid pipeline stage config: {GoText.Of(node)} - '' expected a list of text, got '{GoText.TypeOf(node)}'");
            return "";
        }
        to.Texts("values", [.. node.Items.Select(static item => item.Text)], always: true);
        return stage == "labeldrop" ? "label_drop" : "label_keep";
    }
}
