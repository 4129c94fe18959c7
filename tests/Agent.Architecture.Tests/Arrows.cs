namespace Agent.Architecture.Tests;

/// <summary>Which project may know which: the arrows of docs/architecture.md, and nothing that does not follow from them.</summary>
internal static class Arrows
{
    private static readonly Dictionary<string, string[]> Direct = new(StringComparer.Ordinal)
    {
        ["Agent"] = ["Agent.Web", "Agent.Components", "Agent.Runtime", "Agent.Conversion"],
        ["Agent.Web"] = ["Agent.Runtime"],
        ["Agent.Runtime"] = ["Agent.Sdk", "Agent.Syntax", "Agent.Telemetry"],
        ["Agent.Components"] = ["Agent.Sdk", "Agent.Telemetry", "Agent.Wire", "Agent.Storage", "Agent.Kubernetes"],
        ["Agent.Conversion"] = ["Agent.Sdk", "Agent.Syntax"],
        ["Agent.Sdk"] = ["Agent.Syntax", "Agent.Telemetry"],
        ["Agent.Wire"] = ["Agent.Telemetry"],
        ["Agent.Syntax"] = [],
        ["Agent.Telemetry"] = [],
        ["Agent.Storage"] = [],
        ["Agent.Kubernetes"] = [],
        ["Agent.Generators"] = [],
    };

    public static IEnumerable<string> Projects => Direct.Keys;

    /// <summary>Everything that can be reached from a project by following arrows, the project itself included.</summary>
    public static IReadOnlySet<string> ReachableFrom(string project)
    {
        var reached = new HashSet<string>(StringComparer.Ordinal);
        var waiting = new Stack<string>([project]);
        while (waiting.TryPop(out string? at))
        {
            if (reached.Add(at))
            {
                foreach (string next in Direct[at])
                {
                    waiting.Push(next);
                }
            }
        }
        return reached;
    }
}
