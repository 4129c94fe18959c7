using Agent.Sdk.Decoding;
using Agent.Syntax.Values;

namespace Agent.Sdk.Access;

/// <summary>What a configuration says about one component: its arguments as far as they are known, and where they come from.</summary>
/// <param name="Id">Its global id, such as <c>loki.write.default</c>.</param>
/// <param name="Block">Evaluated; what other components export, and unset environment variables, are unknown values.</param>
/// <param name="SourcesOf">The components that the attribute of a name refers to.</param>
public sealed record AccessQuery(string Id, BlockValue Block, Func<string, IReadOnlyList<AccessQuery>> SourcesOf)
{
    /// <summary>The blocks of a name within <paramref name="block"/>.</summary>
    public static IEnumerable<BlockValue> Blocks(BlockValue block, string name) => block.Blocks.Where(inner => inner.Name == name);

    /// <summary>The text of an attribute; <paramref name="fallback"/> where it is not written, null where it is not known.</summary>
    public static string? Text(BlockValue block, string name, string fallback = "") => block.Find(name) switch
    {
        null => fallback,
        { Value: StringValue text } => text.Text,
        _ => null,
    };

    /// <summary>False where it is not written; null where it is not known.</summary>
    public static bool? Flag(BlockValue block, string name) => block.Find(name) switch
    {
        null => false,
        { Value: BoolValue flag } => flag.IsTrue,
        _ => null,
    };

    /// <summary>The texts of a list, none where it is not written; null where they are not all known.</summary>
    public static IReadOnlyList<string>? Texts(BlockValue block, string name) => block.Find(name) switch
    {
        null => [],
        { Value: ArrayValue list } when list.All(static item => item is StringValue) => [.. list.Select(static item => ((StringValue)item).Text)],
        _ => null,
    };

    /// <summary>This component and everything that its attribute comes from, over any number of steps.</summary>
    public IEnumerable<AccessQuery> Chain(string attribute)
    {
        var seen = new HashSet<BlockValue>(ReferenceEqualityComparer.Instance);
        var open = new Stack<AccessQuery>([this]);
        while (open.TryPop(out AccessQuery? next))
        {
            if (!seen.Add(next.Block))
            {
                continue;
            }
            yield return next;
            foreach (AccessQuery source in next.SourcesOf(attribute))
            {
                open.Push(source);
            }
        }
    }
}
