using System.Text;
using Agent.Runtime.Validation;
using Agent.Sdk.Access;

namespace Agent.Rbac;

/// <summary>Writes roles and their bindings as YAML, with comments that say which component needs each rule.</summary>
internal static class RbacManifest
{
    private const string ApiGroup = "rbac.authorization.k8s.io";

    /// <param name="origin">Name of the configuration, for the comment at the top.</param>
    /// <param name="findings">What it needs.</param>
    /// <param name="subject">Who gets it.</param>
    public static string Write(string origin, AccessFindings findings, RbacSubject subject)
    {
        IReadOnlyList<Grant> grants = GrantTable.Of(findings.Components, subject.Namespace);
        var text = new StringBuilder();
        text.Append($"# Printed by `invar rbac {origin}`: the rights that this configuration needs, and no others.\n");
        foreach (string id in findings.Unavailable)
        {
            text.Append($"# Not looked into, because this build does not have it: {id}\n");
        }
        if (grants.Count == 0)
        {
            return text.Append("# Nothing in it uses the Kubernetes API with the identity of the agent's pod.\n").ToString();
        }
        bool isFirst = true;
        foreach (IGrouping<string?, Grant> scope in grants.GroupBy(static grant => grant.Key.Namespace).OrderBy(static scope => scope.Key, StringComparer.Ordinal))
        {
            WriteRole(text, scope.Key, [.. scope], subject, isFirst);
            WriteBinding(text, scope.Key, subject);
            isFirst = false;
        }
        return text.ToString();
    }

    private static void WriteRole(StringBuilder text, string? inNamespace, Grant[] grants, RbacSubject subject, bool isFirst)
    {
        text.Append(isFirst ? "" : "---\n");
        WriteHead(text, inNamespace is null ? "ClusterRole" : "Role", inNamespace, subject.Name);
        text.Append("rules:\n");
        foreach (Grant grant in grants)
        {
            text.Append($"  # {string.Join(", ", grant.Components)}\n");
            foreach (string note in grant.Notes)
            {
                text.Append($"  # {note}\n");
            }
            WriteRule(text, grant);
        }
    }

    private static void WriteRule(StringBuilder text, Grant grant)
    {
        if (grant.Key.Path is { } path)
        {
            text.Append($"  - nonResourceURLs: [{Quoted(path)}]\n");
        }
        else
        {
            text.Append($"  - apiGroups: [{Quoted(grant.Key.ApiGroup)}]\n    resources: [{Quoted(grant.Key.Resource)}]\n");
        }
        if (grant.Key.Name is { } name)
        {
            text.Append($"    resourceNames: [{Quoted(name)}]\n");
        }
        text.Append($"    verbs: [{string.Join(", ", Names(grant.Verbs).Select(Quoted))}]\n");
    }

    private static void WriteBinding(StringBuilder text, string? inNamespace, RbacSubject subject)
    {
        string kind = inNamespace is null ? "ClusterRole" : "Role";
        text.Append("---\n");
        WriteHead(text, kind + "Binding", inNamespace, subject.Name);
        text.Append($"""
            roleRef:
              apiGroup: {ApiGroup}
              kind: {kind}
              name: {subject.Name}
            subjects:
              - kind: ServiceAccount
                name: {subject.ServiceAccount}
                namespace: {subject.Namespace}

            """);
    }

    private static void WriteHead(StringBuilder text, string kind, string? inNamespace, string name)
    {
        text.Append($"apiVersion: {ApiGroup}/v1\nkind: {kind}\nmetadata:\n  name: {name}\n");
        if (inNamespace is not null)
        {
            text.Append($"  namespace: {inNamespace}\n");
        }
    }

    private static IEnumerable<string> Names(AccessVerbs verbs)
    {
        foreach (AccessVerbs verb in (AccessVerbs[])
        [
            AccessVerbs.Get, AccessVerbs.List, AccessVerbs.Watch, AccessVerbs.Create, AccessVerbs.Update, AccessVerbs.Patch, AccessVerbs.Delete,
        ])
        {
            if (verbs.HasFlag(verb))
            {
                yield return verb.ToString().ToLowerInvariant();
            }
        }
    }

    // Names of objects and paths hold nothing that double quotes of YAML would not keep, apart from these two.
    private static string Quoted(string text) => $"\"{text.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal)}\"";
}
