using Agent.Sdk.Access;

namespace Agent.Rbac;

/// <summary>What a rule is about; rules about the same are one rule.</summary>
/// <param name="Namespace">Null for a rule of the cluster.</param>
/// <param name="Name">Null for all objects.</param>
/// <param name="Path">Null unless it is about a URL path.</param>
internal sealed record GrantKey(string? Namespace, string ApiGroup, string Resource, string? Name, string? Path);

/// <summary>One rule in the making: verbs, and which components need them.</summary>
internal sealed class Grant(GrantKey key)
{
    private readonly SortedSet<string> _components = new(StringComparer.Ordinal);
    private readonly List<string> _notes = [];

    public GrantKey Key => key;

    public AccessVerbs Verbs { get; private set; }

    /// <summary>The ids of the components that need it.</summary>
    public IEnumerable<string> Components => _components;

    public IEnumerable<string> Notes => _notes;

    public void Add(AccessVerbs verbs, IEnumerable<string> components, IEnumerable<string> notes)
    {
        Verbs |= verbs;
        _components.UnionWith(components);
        foreach (string note in notes)
        {
            if (!_notes.Contains(note, StringComparer.Ordinal))
            {
                _notes.Add(note);
            }
        }
    }

    /// <summary>Whether whoever has this has what <paramref name="other"/> gives, too.</summary>
    public bool Covers(Grant other) =>
        !ReferenceEquals(this, other)
        && (key.Namespace is null || key.Namespace == other.Key.Namespace)
        && (key.Name is null || key.Name == other.Key.Name)
        && (key.ApiGroup, key.Resource, key.Path) == (other.Key.ApiGroup, other.Key.Resource, other.Key.Path)
        && (Verbs & other.Verbs) == other.Verbs;
}
