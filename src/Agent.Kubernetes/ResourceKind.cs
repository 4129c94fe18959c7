using System.Text.Json;
using Agent.Kubernetes.Objects;

namespace Agent.Kubernetes;

/// <summary>Decodes one object; <paramref name="json"/> stands at its opening brace before and at its closing one after. Null where it has no name.</summary>
/// <remarks>Missing and null fields take their empty value; fields of another type than expected are skipped. Only malformed JSON throws.</remarks>
public delegate T? ObjectReader<out T>(ref Utf8JsonReader json)
    where T : class, IKubernetesObject;

/// <summary>One kind of object as the API serves it.</summary>
/// <param name="GroupVersion"><c>v1</c> for the core, else such as <c>discovery.k8s.io/v1</c>.</param>
/// <param name="Plural">As in paths and in RBAC rules, such as <c>endpointslices</c>.</param>
/// <param name="IsNamespaced">False for nodes and namespaces.</param>
public sealed record ResourceKind<T>(string GroupVersion, string Plural, bool IsNamespaced, ObjectReader<T> Read)
    where T : class, IKubernetesObject
{
    /// <summary>
    /// An object like the first argument that shares all equal parts with the second, which it replaces; null where that is not worth it. What
    /// changes often would otherwise leave behind, among what has long been kept, all that has not changed.
    /// </summary>
    public Func<T, T, T>? Sharing { get; init; }

    /// <summary>Path of the collection, such as <c>/apis/discovery.k8s.io/v1/namespaces/shop/endpointslices</c>.</summary>
    /// <param name="inNamespace">Null for all namespaces.</param>
    public string PathOf(string? inNamespace)
    {
        string root = GroupVersion.Contains('/', StringComparison.Ordinal) ? $"/apis/{GroupVersion}" : $"/api/{GroupVersion}";
        return inNamespace is null || !IsNamespaced ? $"{root}/{Plural}" : $"{root}/namespaces/{inNamespace}/{Plural}";
    }
}
