using System.Text.Json;
using Agent.Kubernetes.Json;

namespace Agent.Kubernetes.Objects;

/// <summary>One container of a pod: how it is specified, and how it is doing.</summary>
public sealed record Container
{
    /// <summary>A cache: what it gives depends on its argument alone.</summary>
    private static readonly ContentPool<NamedPort[]> KnownPorts = new(new ItemsComparer<NamedPort>());

    public string Name { get; init; } = "";

    public string Image { get; init; } = "";

    public IReadOnlyList<NamedPort> Ports { get; init; } = [];

    /// <summary>Such as <c>containerd://0123abc</c>; empty before it was first started.</summary>
    public string Id { get; init; } = "";

    public int RestartCount { get; init; }

    /// <summary>The containers of before where nothing of them has changed.</summary>
    internal static IReadOnlyList<Container> Sharing(IReadOnlyList<Container> containers, IReadOnlyList<Container> before)
    {
        if (containers.Count == 0)
        {
            return containers;
        }
        bool areSame = containers.Count == before.Count;
        var shared = new Container[containers.Count];
        for (int i = 0; i < shared.Length; i++)
        {
            bool isSame = i < before.Count && containers[i].IsSame(before[i]);
            shared[i] = isSame ? before[i] : containers[i];
            areSame &= isSame;
        }
        return areSame ? before : shared;
    }

    private bool IsSame(Container other) =>
        Name == other.Name && Image == other.Image && Id == other.Id && RestartCount == other.RestartCount && Ports.SequenceEqual(other.Ports);

    internal static Container Read(ref Utf8JsonReader json)
    {
        string name = "", image = "";
        IReadOnlyList<NamedPort> ports = [];
        while (JsonFields.Next(ref json))
        {
            if (json.ValueTextEquals("name"u8))
            {
                name = JsonFields.Name(ref json) ?? "";
            }
            else if (json.ValueTextEquals("image"u8))
            {
                image = JsonFields.Name(ref json) ?? "";
            }
            else if (json.ValueTextEquals("ports"u8))
            {
                ports = Items.Read(ref json, NamedPort.OfContainer, KnownPorts);
            }
            else
            {
                JsonFields.Skip(ref json);
            }
        }
        return new Container { Name = name, Image = image, Ports = ports };
    }
}

/// <summary>How a container of a name is doing; becomes part of the container.</summary>
internal readonly record struct ContainerStatus(string Name, string Id, int RestartCount)
{
    public static ContainerStatus Read(ref Utf8JsonReader json)
    {
        string name = "", id = "";
        int restarts = 0;
        while (JsonFields.Next(ref json))
        {
            if (json.ValueTextEquals("name"u8))
            {
                name = JsonFields.Name(ref json) ?? "";
            }
            else if (json.ValueTextEquals("containerID"u8))
            {
                id = JsonFields.Text(ref json) ?? "";
            }
            else if (json.ValueTextEquals("restartCount"u8))
            {
                restarts = (int)(JsonFields.Integer(ref json) ?? 0);
            }
            else
            {
                JsonFields.Skip(ref json);
            }
        }
        return new ContainerStatus(name, id, restarts);
    }

    /// <summary>The containers with the status of the first of their name.</summary>
    public static IReadOnlyList<Container> Join(IReadOnlyList<Container>? containers, IReadOnlyList<ContainerStatus>? statuses)
    {
        if (containers is null or [] || statuses is null or [])
        {
            return containers ?? [];
        }
        var joined = new Container[containers.Count];
        for (int i = 0; i < joined.Length; i++)
        {
            Container container = containers[i];
            ContainerStatus status = statuses.FirstOrDefault(status => status.Name == container.Name);
            joined[i] = status.Name is null ? container : container with { Id = status.Id, RestartCount = status.RestartCount };
        }
        return joined;
    }
}
