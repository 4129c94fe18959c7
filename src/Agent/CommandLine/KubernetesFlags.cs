using System.CommandLine;
using Agent.Sdk;

namespace Agent.CommandLine;

/// <summary>The flags that say what the Kubernetes API is asked for.</summary>
/// <param name="environment">The value of an environment variable, or null.</param>
internal sealed class KubernetesFlags(Func<string, string?> environment)
{
    private const string OwnNodePods = "--kubernetes.own-node-pods";

    private readonly Option<bool> _pushdown = Flag.Bool(
        "--kubernetes.selector-pushdown", true, "Ask the Kubernetes API only for what the relabelling rules behind discovery.kubernetes keep");

    private readonly Option<bool> _ownNodePods = OwnNode(
        "This agent is one of a DaemonSet: discovery.kubernetes finds the pods of the agent's own node only, whatever the relabelling rules keep");

    /// <summary>The flag for commands that only look at configurations.</summary>
    public static Option<bool> OwnNode(string summary) => Flag.Bool(OwnNodePods, false, summary);

    public void AddTo(Command command)
    {
        command.Options.Add(_pushdown);
        command.Options.Add(_ownNodePods);
    }

    /// <summary>Why the agent cannot run like this; null where it can.</summary>
    public string? Refusal(ParseResult result)
    {
        if (!result.GetValue(_ownNodePods))
        {
            return null;
        }
        const string Remedy = "set K8S_NODE_NAME from the field spec.nodeName in the manifest of the pod";
        return NodeIdentity.Find(environment) switch
        {
            null => $"{OwnNodePods} needs the name of the agent's node, and none of K8S_NODE_NAME, NODE_NAME and HOSTNAME is set: {Remedy}",
            { IsPossible: false } node => $"{OwnNodePods} needs the name of the agent's node, and {node.Variable} is \"{node.Name}\", which no node can be called: {Remedy}",
            _ => null,
        };
    }

    public AgentOptions Read(ParseResult result) => new()
    {
        SelectorPushdown = result.GetValue(_pushdown),
        OwnNodePods = result.GetValue(_ownNodePods),
        Node = NodeIdentity.Find(environment),
    };
}
