namespace Agent.Syntax.Values;

/// <summary>A place inside a value, as steps from the outside in: errors about an element can then point at that element.</summary>
public sealed record ValuePath
{
    private ValuePath(int index, string? field, ValuePath? rest)
    {
        Index = index;
        Field = field;
        Rest = rest;
    }

    /// <summary>The element of an array, where <see cref="Field"/> is null.</summary>
    public int Index { get; }

    /// <summary>The field of an object.</summary>
    public string? Field { get; }

    /// <summary>The steps after this one.</summary>
    public ValuePath? Rest { get; }

    public static ValuePath At(int index, ValuePath? rest = null) => new(index, null, rest);

    public static ValuePath At(string field, ValuePath? rest = null) => new(0, field, rest);

    /// <summary><c>[1].name</c>.</summary>
    public override string ToString() => (Field is null ? $"[{Index}]" : $".{Field}") + Rest;
}
