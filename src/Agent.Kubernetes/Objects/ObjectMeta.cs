using Agent.Kubernetes.Json;

namespace Agent.Kubernetes.Objects;

/// <summary>What every object of the API has, as far as it is in use.</summary>
public sealed record ObjectMeta
{
    public required string Name { get; init; }

    /// <summary>Empty for objects of the cluster.</summary>
    public string Namespace { get; init; } = "";

    public string Uid { get; init; } = "";

    /// <summary>Opaque: it is compared for equality and sent back, nothing else.</summary>
    public string ResourceVersion { get; init; } = "";

    public IReadOnlyDictionary<string, string> Labels { get; init; } = NoPairs;

    public IReadOnlyDictionary<string, string> Annotations { get; init; } = NoPairs;

    public IReadOnlyList<OwnerReference> Owners { get; init; } = [];

    /// <summary>Null where the server sent none.</summary>
    public DateTimeOffset? Created { get; init; }

    /// <summary>The same with those parts of <paramref name="before"/> that are equal: what is kept of a changed object is what has changed.</summary>
    internal ObjectMeta Sharing(ObjectMeta before) => this with
    {
        Name = Name == before.Name ? before.Name : Name,
        Uid = Uid == before.Uid ? before.Uid : Uid,
        Labels = Labels.Equals(before.Labels) ? before.Labels : Labels,
        Annotations = Annotations.Equals(before.Annotations) ? before.Annotations : Annotations,
        Owners = Owners.SequenceEqual(before.Owners) ? before.Owners : Owners,
    };

    public static IReadOnlyDictionary<string, string> NoPairs { get; } = StringPairs.Empty;
}

/// <summary>Who an object belongs to.</summary>
/// <param name="IsController">The one owner that manages it.</param>
public readonly record struct OwnerReference(string Kind, string Name, bool IsController);
