namespace Agent.Kubernetes;

/// <summary>What a request needs of RBAC.</summary>
/// <param name="Verb">Such as <c>list</c>; of paths that are no resource the method in lower case.</param>
/// <param name="Resource">Such as <c>pods</c> or <c>pods/log</c>; the path where it is no resource.</param>
/// <param name="Group">Empty for the core.</param>
/// <param name="Namespace">Null for the cluster.</param>
internal sealed record AccessRule(string Verb, string Resource, string Group, string? Namespace)
{
    /// <param name="pathAndQuery">As the API has it, without what a proxy puts before it.</param>
    public static AccessRule Of(HttpMethod method, string pathAndQuery)
    {
        int query = pathAndQuery.IndexOf('?', StringComparison.Ordinal);
        string path = query < 0 ? pathAndQuery : pathAndQuery[..query];
        string[] parts = path.Split('/', StringSplitOptions.RemoveEmptyEntries);
        (string group, string[] rest) = parts switch
        {
            ["api", _, .. var core] => ("", core),
            ["apis", var named, _, .. var others] => (named, others),
            _ => ("", []),
        };
        string? inNamespace = null;
        if (rest is ["namespaces", var given, _, ..])
        {
            (inNamespace, rest) = (given, rest[2..]);
        }
        if (rest.Length == 0)
        {
            return new AccessRule(method.Method.ToLowerInvariant(), path, "", null);
        }
        bool watches = query >= 0 && pathAndQuery.IndexOf("watch=1", query, StringComparison.Ordinal) >= 0;
        string resource = rest.Length > 2 ? $"{rest[0]}/{rest[2]}" : rest[0];
        return new AccessRule(VerbOf(method, rest.Length > 1, watches), resource, group, inNamespace);
    }

    /// <summary>As one writes it into a Role.</summary>
    public override string ToString()
    {
        string where = Namespace is null ? "for the whole cluster (ClusterRole)" : $"in the namespace \"{Namespace}\"";
        return $"apiGroups: [\"{Group}\"], resources: [\"{Resource}\"], verbs: [\"{Verb}\"] {where}";
    }

    private static string VerbOf(HttpMethod method, bool isOne, bool watches) => method.Method switch
    {
        "POST" => "create",
        "PUT" => "update",
        "PATCH" => "patch",
        "DELETE" => "delete",
        _ when watches => "watch",
        _ => isOne ? "get" : "list",
    };
}
