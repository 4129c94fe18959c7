using System.Text.Json;
using Agent.Kubernetes.Json;

namespace Agent.Kubernetes.Objects;

/// <summary>Reads <c>metadata</c>; what is not in use (above all <c>managedFields</c>, often half of an object) is passed over.</summary>
public static class ObjectMetaReader
{
    /// <summary>A cache: what it gives depends on its argument alone.</summary>
    private static readonly ContentPool<OwnerReference[]> KnownOwners = new(new ItemsComparer<OwnerReference>());

    /// <summary>Takes the value of the field <c>metadata</c> that the reader stands at; null where it is no object or has no name.</summary>
    public static ObjectMeta? Read(ref Utf8JsonReader json)
    {
        if (!JsonFields.EnterObject(ref json))
        {
            return null;
        }
        Parts parts = default;
        while (JsonFields.Next(ref json))
        {
            ReadField(ref json, ref parts);
        }
        return string.IsNullOrEmpty(parts.Name) ? null : new ObjectMeta
        {
            Name = parts.Name,
            Namespace = parts.Namespace ?? "",
            Uid = parts.Uid ?? "",
            ResourceVersion = parts.ResourceVersion ?? "",
            Labels = parts.Labels ?? StringPairs.Empty,
            Annotations = parts.Annotations ?? StringPairs.Empty,
            Owners = parts.Owners ?? [],
            Created = parts.Created,
        };
    }

    private static void ReadField(ref Utf8JsonReader json, ref Parts parts)
    {
        if (json.ValueTextEquals("name"u8))
        {
            parts.Name = JsonFields.Text(ref json);
        }
        else if (json.ValueTextEquals("namespace"u8))
        {
            parts.Namespace = JsonFields.Name(ref json);
        }
        else if (json.ValueTextEquals("uid"u8))
        {
            parts.Uid = JsonFields.Text(ref json);
        }
        else if (json.ValueTextEquals("resourceVersion"u8))
        {
            parts.ResourceVersion = JsonFields.Text(ref json);
        }
        else if (json.ValueTextEquals("creationTimestamp"u8))
        {
            parts.Created = JsonFields.Time(ref json);
        }
        else if (json.ValueTextEquals("labels"u8))
        {
            parts.Labels = JsonFields.Pairs(ref json);
        }
        else if (json.ValueTextEquals("annotations"u8))
        {
            parts.Annotations = JsonFields.Pairs(ref json);
        }
        else if (json.ValueTextEquals("ownerReferences"u8))
        {
            parts.Owners = ReadOwners(ref json);
        }
        else
        {
            JsonFields.Skip(ref json);
        }
    }

    private static OwnerReference[]? ReadOwners(ref Utf8JsonReader json)
    {
        if (!JsonFields.EnterArray(ref json))
        {
            return null;
        }
        OwnerReference[] owners = [];
        while (JsonFields.NextObject(ref json))
        {
            // Nearly every object has one owner at most.
            Array.Resize(ref owners, owners.Length + 1);
            owners[^1] = ReadOwner(ref json);
        }
        return KnownOwners.Get(owners);
    }

    private static OwnerReference ReadOwner(ref Utf8JsonReader json)
    {
        (string kind, string name, bool controller) = ("", "", false);
        while (JsonFields.Next(ref json))
        {
            if (json.ValueTextEquals("kind"u8))
            {
                kind = JsonFields.Name(ref json) ?? "";
            }
            else if (json.ValueTextEquals("name"u8))
            {
                name = JsonFields.Name(ref json) ?? "";
            }
            else if (json.ValueTextEquals("controller"u8))
            {
                controller = JsonFields.Boolean(ref json) ?? false;
            }
            else
            {
                JsonFields.Skip(ref json);
            }
        }
        return new OwnerReference(kind, name, controller);
    }

    private struct Parts
    {
        public string? Name;
        public string? Namespace;
        public string? Uid;
        public string? ResourceVersion;
        public StringPairs? Labels;
        public StringPairs? Annotations;
        public OwnerReference[]? Owners;
        public DateTimeOffset? Created;
    }
}
