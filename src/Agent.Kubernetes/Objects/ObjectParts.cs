using System.Text.Json;
using Agent.Kubernetes.Json;

namespace Agent.Kubernetes.Objects;

/// <summary>What has been read of an object so far: its fields come in any order.</summary>
internal interface IObjectParts
{
    /// <summary>Reads the field of the spec that the reader stands at; false where it is not in use.</summary>
    bool ReadSpec(ref Utf8JsonReader json);

    /// <summary>Reads the field of the status that the reader stands at; false where it is not in use.</summary>
    bool ReadStatus(ref Utf8JsonReader json);
}

/// <summary>Reads the three sections that most kinds of objects have.</summary>
internal static class ObjectParts
{
    /// <returns>The metadata; null where there is none, and the object is none then.</returns>
    public static ObjectMeta? Read<T>(ref Utf8JsonReader json, ref T parts)
        where T : struct, IObjectParts
    {
        ObjectMeta? metadata = null;
        while (JsonFields.Next(ref json))
        {
            if (json.ValueTextEquals("metadata"u8))
            {
                metadata = ObjectMetaReader.Read(ref json);
            }
            else if (json.ValueTextEquals("spec"u8))
            {
                ReadSection(ref json, ref parts, isSpec: true);
            }
            else if (json.ValueTextEquals("status"u8))
            {
                ReadSection(ref json, ref parts, isSpec: false);
            }
            else
            {
                JsonFields.Skip(ref json);
            }
        }
        return metadata;
    }

    private static void ReadSection<T>(ref Utf8JsonReader json, ref T parts, bool isSpec)
        where T : struct, IObjectParts
    {
        bool isObject = JsonFields.EnterObject(ref json);
        while (isObject && JsonFields.Next(ref json))
        {
            if (!(isSpec ? parts.ReadSpec(ref json) : parts.ReadStatus(ref json)))
            {
                JsonFields.Skip(ref json);
            }
        }
    }
}
