using Agent.Runtime.Graph;
using Agent.Sdk.Scraping;
using Agent.Syntax.Values;

namespace Agent.Web.Api.V1;

/// <summary>The one number that says most about a component.</summary>
/// <param name="Kind"><c>targets</c> (up, of all), <c>lag</c> (bytes not read yet), <c>queue</c> (bytes not sent yet) or <c>found</c> (targets).</param>
/// <param name="Value">The number.</param>
/// <param name="Of">Of how many; 0 where that makes no sense.</param>
/// <param name="Seconds">Age of the oldest that waits; 0 where nothing does.</param>
internal sealed record KeyFigure(string Kind, double Value, double Of, double Seconds);

/// <summary>The key figures of all components, worked out at most once in a few seconds however many browsers ask.</summary>
internal sealed class KeyFigures(TimeProvider time)
{
    private static readonly TimeSpan Fresh = TimeSpan.FromSeconds(4);
    private readonly Lock _gate = new();
    private Dictionary<ComponentNode, KeyFigure?> _figures = [];
    private long _at;

    public IReadOnlyDictionary<ComponentNode, KeyFigure?> Of(WholeGraph view)
    {
        lock (_gate)
        {
            bool isKnown = _figures.Count == view.Components.Count && view.Components.All(_figures.ContainsKey);
            if (!isKnown || time.GetElapsedTime(_at) > Fresh)
            {
                DateTimeOffset now = time.GetUtcNow();
                _figures = view.Components.ToDictionary(static node => node, node => Of(node, now));
                _at = time.GetTimestamp();
            }
            return _figures;
        }
    }

    private static KeyFigure? Of(ComponentNode node, DateTimeOffset now)
    {
        if (node.ScrapePool is { } pool)
        {
            TargetCounts counts = pool.Count();
            return new KeyFigure("targets", counts.Up, counts.All, 0);
        }
        if (node.Exports is { } exports && Found(exports) is { } found)
        {
            return new KeyFigure("found", found, 0, 0);
        }
        return node.DebugState is { } state ? OfState(state, now) : null;
    }

    private static int? Found(ObjectValue exports) =>
        (exports.TryGet("targets", out Value? value) || exports.TryGet("output", out value)) && value is ArrayValue list ? list.Count : null;

    private static KeyFigure? OfState(Value state, DateTimeOffset now)
    {
        if (DebugLists.Items(state, "endpoints") is { Count: > 0 } endpoints)
        {
            return new KeyFigure(
                "queue", endpoints.Sum(static one => DebugLists.Number(one, "queued_bytes")),
                0, endpoints.Max(static one => DebugLists.Number(one, "oldest_unsent_seconds")));
        }
        if (DebugLists.Items(state, "targets_info") is { Count: > 0 } files && files.Any(static file => file.TryGet("lag_bytes", out _)))
        {
            return new KeyFigure(
                "lag", files.Sum(static file => DebugLists.Number(file, "lag_bytes")),
                files.Count, files.Max(file => DebugLists.AgeSeconds(file, "oldest_unsent", now)));
        }
        return null;
    }
}
