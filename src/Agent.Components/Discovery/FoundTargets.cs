using Agent.Sdk;
using Agent.Syntax.Values;
using Agent.Telemetry;

namespace Agent.Components.Discovery;

/// <summary>
/// What a discovery component knows: the targets of each of its sources (a file, a name, a service), and what is wrong with it.
/// A source that fails keeps its last good targets. Only the component's run changes it.
/// </summary>
/// <param name="context">Where targets and health go.</param>
/// <param name="exports">Makes the component's exports of all targets.</param>
internal sealed class FoundTargets(ComponentContext context, Func<ValueList<Target>, object> exports)
{
    private readonly SortedDictionary<string, Source> _sources = new(StringComparer.Ordinal);
    private volatile Source[] _published = [];
    private string _health = "";
    private bool _hasExported;

    /// <summary>Exports no targets, where none were exported yet: others need not wait until some are found.</summary>
    public void Begin()
    {
        if (!_hasExported)
        {
            _hasExported = true;
            context.Export(exports(ValueList<Target>.Empty));
        }
    }

    /// <summary>The source was read.</summary>
    public void Set(string source, IReadOnlyCollection<Target> targets) => _sources[source] = new Source(source, [.. targets], null);

    /// <summary>The source could not be read; its last targets stay.</summary>
    public void Fail(string source, string reason) =>
        _sources[source] = new Source(source, _sources.TryGetValue(source, out Source? known) ? known.Targets : [], reason);

    /// <summary>The source is no more.</summary>
    public void Remove(string source) => _sources.Remove(source);

    /// <summary>Forgets all other sources.</summary>
    public void KeepOnly(IReadOnlySet<string> sources)
    {
        foreach (string gone in _sources.Keys.Where(source => !sources.Contains(source)).ToList())
        {
            _sources.Remove(gone);
        }
    }

    /// <summary>Hands on what is known now.</summary>
    public void Publish()
    {
        Source[] sources = [.. _sources.Values];
        _published = sources;
        _hasExported = true;
        context.Export(exports(new ValueList<Target>([.. sources.SelectMany(static source => source.Targets)])));
        Source? failing = Array.Find(sources, static source => source.Problem is not null);
        int others = sources.Count(static source => source.Problem is not null) - 1;
        string message = failing is null ? "targets are up to date"
            : $"cannot refresh{(failing.Name.Length > 0 ? " " + failing.Name : "")}: {failing.Problem}{(others > 0 ? $"; and {others} more" : "")}";
        if (message != _health)
        {
            _health = message;
            context.ReportHealth(failing is null ? HealthState.Healthy : HealthState.Unhealthy, message);
        }
    }

    public Value DebugState() => new MapValue(new Dictionary<string, Value>(StringComparer.Ordinal)
    {
        ["sources"] = new ListValue([.. _published.Select(static source => new MapValue(new Dictionary<string, Value>(StringComparer.Ordinal)
        {
            ["name"] = Value.Of(source.Name),
            ["targets"] = Value.Of(source.Targets.Length),
            ["last_error"] = Value.Of(source.Problem ?? ""),
        }))]),
    });

    private sealed record Source(string Name, Target[] Targets, string? Problem);
}
