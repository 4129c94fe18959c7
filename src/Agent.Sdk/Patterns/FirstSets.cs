namespace Agent.Sdk.Patterns;

/// <summary>Computes what a node can begin with, given what can follow it.</summary>
internal static class FirstSets
{
    public static FirstBytes Of(RegexNode node, FirstBytes follow)
    {
        switch (node.Kind)
        {
            case RegexKind.Empty:
                return follow;
            case RegexKind.Rune:
                return FirstBytes.Of(RuneSet.Of((node.Rune, node.Rune)));
            case RegexKind.Set:
                return FirstBytes.Of(node.Set!);
            case RegexKind.Group:
                return Of(node.Child, follow);
            case RegexKind.Repeat:
                FirstBytes child = Of(node.Child, follow);
                return node.Max == 0 ? follow : node.Min == 0 ? child.Or(follow) : child;
            case RegexKind.Concat:
                for (int i = node.Children.Count - 1; i >= 0; i--)
                {
                    follow = Of(node.Children[i], follow);
                }
                return follow;
            case RegexKind.Alternate:
                FirstBytes any = FirstBytes.None;
                foreach (RegexNode branch in node.Children)
                {
                    any = any.Or(Of(branch, follow));
                }
                return any;
            default:
                return After(node.Kind, follow);
        }
    }

    /// <summary>What can come at an assertion: it only narrows what follows, so the two ends alone are worth computing.</summary>
    public static FirstBytes After(RegexKind assertion, FirstBytes follow) => assertion switch
    {
        RegexKind.TextEnd => FirstBytes.TextEnd,
        RegexKind.LineEnd => FirstBytes.TextEnd.With('\n'),
        _ => follow,
    };
}
