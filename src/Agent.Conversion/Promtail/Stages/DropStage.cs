using Agent.Conversion.Blocks;
using Agent.Conversion.Diagnostics;
using Agent.Conversion.Yaml;
using Agent.Sdk;

namespace Agent.Conversion.Promtail.Stages;

/// <summary>Converts the stage that drops lines.</summary>
internal sealed class DropStage(Findings findings)
{
    public string Write(StageArguments from, AlloyBody to)
    {
        if (Source(from.Get("source")) is not { } source)
        {
            return "";
        }
        to.Text("drop_counter_reason", from.Text("drop_counter_reason"));
        to.Text("source", source);
        to.Text("value", from.Text("value"));
        to.Text("separator", from.Text("separator"));
        to.Text("expression", from.Text("expression"));
        if (from.Text("older_than") is { } age)
        {
            if (!GoDuration.TryParse(age, out TimeSpan olderThan, out string? error))
            {
                findings.Error($"invalid pipeline_stages.drop.older_than field: {error}");
                return "";
            }
            to.Duration("older_than", olderThan, TimeSpan.Zero);
        }
        if (from.Text("longer_than") is { } size)
        {
            if (!ByteCount.TryParse(size, out long longerThan, out string? error))
            {
                findings.Error($"invalid pipeline_stages.drop.longer_than field: {error}");
                return "";
            }
            to.Bytes("longer_than", longerThan);
        }
        return "drop";
    }

    /// <summary>One name, or a list of them that becomes one text; null where it is neither.</summary>
    private string? Source(YamlNode? node)
    {
        if (node is null)
        {
            return "";
        }
        if (node.Kind == YamlKind.List)
        {
            for (int i = 0; i < node.Items.Count; i++)
            {
                if (node.Items[i].Kind != YamlKind.Text)
                {
                    findings.Error($"invalid pipeline_stages.drop.source[{i}] field type '{GoText.TypeOf(node.Items[i])}': {GoText.Of(node.Items[i])}");
                    return null;
                }
            }
            return string.Join(',', node.Items.Select(static item => item.Text));
        }
        if (node.Kind == YamlKind.Text)
        {
            return node.Text;
        }
        findings.Error($"invalid pipeline_stages.drop.source field type '{GoText.TypeOf(node)}': {GoText.Of(node)}");
        return null;
    }
}
