namespace Agent.Runtime.Graph;

/// <summary>Finds the node that a dotted chain begins with.</summary>
internal static class NodeNames
{
    /// <summary>The longest prefix of <paramref name="parts"/> that <paramref name="exists"/> knows, and how many parts it takes.</summary>
    public static (string Id, int Length)? LongestPrefix(IReadOnlyList<string> parts, Func<string, bool> exists)
    {
        for (int length = parts.Count; length > 0; length--)
        {
            string id = string.Join('.', parts.Take(length));
            if (exists(id))
            {
                return (id, length);
            }
        }
        return null;
    }
}
