using Agent.Telemetry;

namespace Agent.Sdk.Tracing;

/// <summary>A component that rewrites labels by rules, and can show what each rule does. Asked from any thread.</summary>
public interface IRelabelTrace
{
    /// <summary>What each rule has done since it was loaded, in the order of the rules.</summary>
    IReadOnlyList<RuleCounts> RuleCounts { get; }

    /// <summary>Label sets that came in lately, to choose from; made while they are read.</summary>
    IEnumerable<LabelSet> Inputs();

    /// <summary>Targets among them that the rules drop; none where it is no targets that the component relabels.</summary>
    IEnumerable<LabelSet> DroppedTargets();

    /// <summary>Targets that the rules leave: what each came in as, and what became of it. None where it is no targets that the component relabels.</summary>
    IEnumerable<KeyValuePair<LabelSet, LabelSet>> KeptTargets() => [];

    /// <summary>The labels after each rule; null where a rule drops them, and nothing behind that. Counts as no hit.</summary>
    IReadOnlyList<LabelSet?> Trace(LabelSet labels);
}

/// <summary>What one rule has done so far.</summary>
/// <param name="Hits">Label sets that it matched, changed or kept. A set whose result is remembered counts once, however often it comes.</param>
/// <param name="Drops">Label sets that it dropped.</param>
public readonly record struct RuleCounts(long Hits, long Drops);
