namespace Agent.Sdk.Access;

/// <summary>One right towards the Kubernetes API, as a rule of RBAC grants it.</summary>
/// <param name="ApiGroup">Empty for the core, else such as <c>discovery.k8s.io</c>.</param>
/// <param name="Resource">Plural, with the subresource where there is one, such as <c>pods/log</c>.</param>
/// <param name="Verbs">What is done with it.</param>
public sealed record AccessRule(string ApiGroup, string Resource, AccessVerbs Verbs)
{
    /// <summary>In <see cref="Namespace"/>: the namespace that the agent itself runs in.</summary>
    public const string OwnNamespace = "";

    /// <summary>What a watch does: a list, then changes.</summary>
    public const AccessVerbs Watching = AccessVerbs.List | AccessVerbs.Watch;

    /// <summary>Where; null for all namespaces, and for resources that have none.</summary>
    public string? Namespace { get; init; }

    /// <summary>The one object that it is about; null for all.</summary>
    public string? Name { get; init; }

    /// <summary>A URL path of the API server that is no resource, such as <c>/metrics</c>; <see cref="Resource"/> is empty then.</summary>
    public string? Path { get; init; }

    /// <summary>What whoever grants it should know; one line.</summary>
    public string? Note { get; init; }

    /// <summary>The right to read a URL path of the API server.</summary>
    public static AccessRule ToPath(string path) => new("", "", AccessVerbs.Get) { Path = path };
}
