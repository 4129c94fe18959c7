using System.Text;
using Agent.Components.Common.Yaml;
using YamlDotNet.Core;

namespace Agent.Components.Discovery.File;

/// <summary>Reads target groups from YAML: a list of <c>{targets: [host:80], labels: {job: x}}</c>, and nothing beside it.</summary>
internal static class TargetYaml
{
    /// <exception cref="InvalidDataException">The text is no YAML, or of another shape.</exception>
    public static List<TargetGroup> Read(ReadOnlySpan<byte> text)
    {
        try
        {
            YamlTree? root = YamlTree.Parse(Encoding.UTF8.GetString(text).TrimStart('\uFEFF'));
            var groups = new List<TargetGroup>();
            if (root is not null && !root.IsNull)
            {
                foreach (YamlTree group in root.Items ?? throw Wrong(root, "the whole is not a list of target groups"))
                {
                    groups.Add(ReadGroup(group));
                }
            }
            return groups;
        }
        catch (YamlException exception)
        {
            throw new InvalidDataException($"cannot read target groups: line {exception.Start.Line}: {exception.Message}", exception);
        }
    }

    private static InvalidDataException Wrong(YamlTree at, string what) => new($"cannot read target groups: line {at.Line}: {what}");

    private static TargetGroup ReadGroup(YamlTree tree)
    {
        var group = new TargetGroup();
        foreach ((string name, YamlTree value) in tree.Fields ?? throw Wrong(tree, "a target group is not a map"))
        {
            switch (name)
            {
                case "targets":
                    ReadTargets(value, group);
                    break;
                case "labels":
                    ReadLabels(value, group);
                    break;
                default:
                    throw Wrong(value, $"a target group has an unknown field \"{name}\"");
            }
        }
        return group;
    }

    private static void ReadTargets(YamlTree tree, TargetGroup group)
    {
        if (tree.IsNull)
        {
            return;
        }
        foreach (YamlTree target in tree.Items ?? throw Wrong(tree, "\"targets\" is not a list"))
        {
            group.Targets.Add(target.Text ?? throw Wrong(target, "a target is not a string"));
        }
    }

    private static void ReadLabels(YamlTree tree, TargetGroup group)
    {
        if (tree.IsNull)
        {
            return;
        }
        foreach ((string name, YamlTree value) in tree.Fields ?? throw Wrong(tree, "\"labels\" is not a map"))
        {
            if (name.Length == 0)
            {
                throw Wrong(value, "a label has no name");
            }
            group.Labels[name] = value.Text ?? throw Wrong(value, $"the label \"{name}\" is not a string");
        }
    }
}
