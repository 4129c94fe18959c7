using System.Text.Json;
using Agent.Kubernetes.Json;

namespace Agent.Kubernetes.Objects;

/// <summary>Reads the fields of one object of a list; the reader stands behind its opening brace before and at its closing one after.</summary>
internal delegate T ItemReader<out T>(ref Utf8JsonReader json);

/// <summary>Lists within objects.</summary>
internal static class Items
{
    /// <summary>The objects of the list that is the field's value; empty where it is none.</summary>
    public static IReadOnlyList<T> Read<T>(ref Utf8JsonReader json, ItemReader<T> read)
    {
        if (!JsonFields.EnterArray(ref json))
        {
            return [];
        }
        T[] items = [];
        while (JsonFields.NextObject(ref json))
        {
            // One or two nearly always, and as many as there are in the end: no list with room to spare stays in memory.
            Array.Resize(ref items, items.Length + 1);
            items[^1] = read(ref json);
        }
        return items;
    }

    /// <summary>The same for lists that repeat from object to object: equal ones are the same instance where they were met of late.</summary>
    public static IReadOnlyList<T> Read<T>(ref Utf8JsonReader json, ItemReader<T> read, ContentPool<T[]> pool)
    {
        IReadOnlyList<T> items = Read(ref json, read);
        return items is T[] { Length: > 0 } array ? pool.Get(array) : items;
    }

    /// <summary>The texts of the list that is the field's value; empty where it is none.</summary>
    public static IReadOnlyList<string> Names(ref Utf8JsonReader json)
    {
        if (!JsonFields.EnterArray(ref json))
        {
            return [];
        }
        string[] items = [];
        while (JsonFields.NextText(ref json))
        {
            if (JsonFields.NameHere(ref json) is { } name)
            {
                Array.Resize(ref items, items.Length + 1);
                items[^1] = name;
            }
        }
        return items;
    }
}
