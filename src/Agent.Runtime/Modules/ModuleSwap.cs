using Agent.Runtime.Graph;
using Agent.Sdk;
using Agent.Syntax;
using Microsoft.Extensions.Logging;

namespace Agent.Runtime.Modules;

/// <summary>Exchanges modules when an import has new text or a <c>foreach</c> new items; what cannot be used leaves the old ones running.</summary>
/// <remarks>All under the gate of the graph.</remarks>
/// <param name="logger">Where refused modules are reported.</param>
/// <param name="load">Loads the root with the modules of the named nodes as they are; false where that was refused.</param>
internal sealed partial class ModuleSwap(ILogger logger, Func<RootModule, IReadOnlySet<string>, DiagnosticBag, Task<bool>> load)
{
    private readonly Dictionary<string, object> _refused = new(StringComparer.Ordinal);
    private RootModule? _root;

    /// <summary>A load was accepted: what was refused before may fit now.</summary>
    public async Task LoadedAsync(RootModule root, Func<GraphState> state)
    {
        _root = root;
        if (_refused.Count > 0)
        {
            _refused.Clear();
            await RunAsync(state()).ConfigureAwait(false);
        }
    }

    /// <summary>Nodes whose present input was refused: a load builds their modules from the last good one.</summary>
    public HashSet<string> StillRefused(GraphState state)
    {
        foreach (string id in _refused.Keys)
        {
            if (state.Find(id) is not { } place || !_refused[id].Equals(InputOf(place)))
            {
                _refused.Remove(id);
            }
        }
        return new HashSet<string>(_refused.Keys, StringComparer.Ordinal);
    }

    /// <summary>Exchanges the modules whose input has changed: all at once, or one by one where that cannot be.</summary>
    public async Task RunAsync(GraphState state)
    {
        string[] before = [.. _refused.Keys];
        HashSet<string> refused = StillRefused(state);
        AcceptReturned(before.Where(id => !refused.Contains(id)), state);
        List<PlacedNode> changed = [.. state.Structural.Where(place => !refused.Contains(place.Node.Id) && HasChanged(place, state))];
        if (changed.Count == 0 || _root is null)
        {
            return;
        }
        if (changed.Count > 1 && await load(_root, refused, new DiagnosticBag()).ConfigureAwait(false))
        {
            changed.ForEach(Accept);
            return;
        }
        HashSet<string> frozen = [.. refused, .. changed.Select(static place => place.Node.Id)];
        foreach (PlacedNode place in changed)
        {
            string id = place.Node.Id;
            frozen.Remove(id);
            var diagnostics = new DiagnosticBag();
            if (await load(_root, frozen, diagnostics).ConfigureAwait(false))
            {
                Accept(place);
            }
            else
            {
                frozen.Add(id);
                Refuse(place, diagnostics);
            }
        }
    }

    /// <summary>What was refused has given way to the very version that runs: there is nothing to exchange, and nothing wrong any more.</summary>
    private static void AcceptReturned(IEnumerable<string> ids, GraphState state)
    {
        foreach (string id in ids)
        {
            if (state.Find(id) is { } place && !HasChanged(place, state))
            {
                ReportLoaded(place);
            }
        }
    }

    private static bool HasChanged(PlacedNode place, GraphState state) =>
        InputOf(place) is { } input && !input.Equals(state.Inputs.GetValueOrDefault(place.Node.Id));

    /// <summary>What the modules of a node are to be made from now; null where there is nothing yet.</summary>
    public static object? InputOf(PlacedNode place) => place.Definition.Kind == NodeKind.Import ? place.Node.Content : place.Node.Exports;

    private void Accept(PlacedNode place)
    {
        ReportLoaded(place);
        LogSwapped(place.Node.Logger);
    }

    private static void ReportLoaded(PlacedNode place) => place.Node.Health.Report(HealthSource.Module, HealthState.Healthy, "module loaded");

    private void Refuse(PlacedNode place, DiagnosticBag diagnostics)
    {
        _refused[place.Node.Id] = InputOf(place)!;
        string errors = string.Join("; ", diagnostics.Where(static finding => finding.Severity == Severity.Error).Distinct());
        place.Node.Health.Report(HealthSource.Module, HealthState.Unhealthy, $"the last good version is kept: {errors}");
        LogRefused(logger, place.Node.Id, errors);
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "modules exchanged")]
    private static partial void LogSwapped(ILogger logger);

    [LoggerMessage(Level = LogLevel.Error, Message = "cannot use what {Id} brings now, the last good version is kept: {Errors}")]
    private static partial void LogRefused(ILogger logger, string id, string errors);
}
