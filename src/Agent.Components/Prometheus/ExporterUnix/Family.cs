namespace Agent.Components.Prometheus.ExporterUnix;

/// <summary>The type that a family's TYPE line names.</summary>
internal enum FamilyType
{
    Gauge,
    Counter,
    Untyped,
    Summary,
    Histogram,
}

/// <summary>A metric family as collectors declare it: full name, help, type and the names of its labels.</summary>
internal sealed class Family
{
    private readonly int[] _order;

    private Family(FamilyType type, string name, string help, string[] labels)
    {
        Type = type;
        Name = name;
        Help = help;
        Labels = labels;
        _order = new int[labels.Length];
        for (int i = 0; i < _order.Length; i++)
        {
            _order[i] = i;
        }
        Array.Sort(_order, (a, b) => string.CompareOrdinal(labels[a], labels[b]));
    }

    public FamilyType Type { get; }

    public string Name { get; }

    public string Help { get; }

    /// <summary>Label names in the order in which values are passed.</summary>
    public IReadOnlyList<string> Labels { get; }

    /// <summary>Positions in <see cref="Labels"/>, sorted by name: the order in which they are written.</summary>
    public ReadOnlySpan<int> WriteOrder => _order;

    public static Family Gauge(string name, string help, params string[] labels) => new(FamilyType.Gauge, name, help, labels);

    public static Family Counter(string name, string help, params string[] labels) => new(FamilyType.Counter, name, help, labels);

    public static Family Untyped(string name, string help, params string[] labels) => new(FamilyType.Untyped, name, help, labels);

    public static Family Of(FamilyType type, string name, string help, params string[] labels) => new(type, name, help, labels);
}
