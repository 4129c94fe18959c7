using Agent.Conversion.Blocks;
using Agent.Conversion.Diagnostics;
using Agent.Conversion.Yaml;

namespace Agent.Conversion.Discovery;

/// <summary>Makes components of discovery sections, and expressions for their targets.</summary>
internal static class TargetLists
{
    /// <summary>Converts all sections of the given kinds.</summary>
    /// <returns>An expression a section.</returns>
    public static List<string> Discovered(YamlMap from, string label, IEnumerable<DiscoveryKind> kinds, List<AlloyBlock> blocks)
    {
        var lists = new List<string>();
        foreach (DiscoveryKind kind in kinds)
        {
            int number = 0;
            foreach (YamlNode item in from.Items(kind.Key))
            {
                if (item.Kind == YamlKind.Null)
                {
                    from.Problems.Invalid(item, $"empty or null section in {kind.Key}");
                }
                else if (kind.Write is not null)
                {
                    var block = new AlloyBlock("discovery." + kind.Name, ComponentLabel.Numbered(number++, label));
                    kind.Write(new DiscoverySection(YamlMap.Of(item, kind.Type, from.Problems), block.Body));
                    blocks.Add(block);
                    lists.Add(block.Reference + ".targets");
                }
            }
        }
        return lists;
    }

    public static void Validate(YamlMap from, IEnumerable<DiscoveryKind> kinds, Findings findings)
    {
        foreach (DiscoveryKind kind in kinds)
        {
            foreach (YamlNode item in from.Items(kind.Key))
            {
                YamlMap section = YamlMap.Of(item, kind.Type, from.Problems);
                if (kind.Write is null)
                {
                    section.ExpectAll();
                }
                kind.Validate?.Invoke(section, findings);
            }
        }
    }

    /// <summary>The targets of <c>static_configs</c>: labels and addresses.</summary>
    /// <param name="from">The section that holds them.</param>
    /// <param name="fallback">The address of a group that names none; null leaves such a group out.</param>
    public static List<SortedDictionary<string, string>> Static(YamlMap from, string? fallback)
    {
        var targets = new List<SortedDictionary<string, string>>();
        foreach (YamlMap group in from.Maps("static_configs", "targetgroup.plain"))
        {
            SortedDictionary<string, string> labels = group.TextMap("labels");
            IReadOnlyList<string> addresses = group.Texts("targets");
            if (addresses.Count == 0 && fallback is not null)
            {
                addresses = [fallback];
            }
            foreach (string address in addresses)
            {
                targets.Add(new SortedDictionary<string, string>(labels, StringComparer.Ordinal) { ["__address__"] = address });
            }
        }
        return targets;
    }
}
