using System.Collections;
using Agent.Sdk;
using Agent.Telemetry;

namespace Agent.Components.Discovery;

/// <summary>Targets and what rules made of them, so that the next targets cost only what is new among them.</summary>
/// <remarks>
/// Discovery reports ten thousand targets again, in the same order, for every one that changes: both lists are walked side by side. A table of
/// them would be the largest thing that a change of one pod allocates.
/// </remarks>
/// <param name="inputs">The targets.</param>
/// <param name="outputs">What became of each; null where it was dropped.</param>
internal sealed class RelabelledTargets(ValueList<Target> inputs, Target?[] outputs) : IEnumerable<KeyValuePair<LabelSet, Target?>>
{
    public static RelabelledTargets None { get; } = new(ValueList<Target>.Empty, []);

    /// <summary>Labels of the targets, each once.</summary>
    public IEnumerable<LabelSet> Keys => this.Select(static known => known.Key);

    /// <summary>What is left, in order.</summary>
    public Target[] Kept()
    {
        var kept = new Target[outputs.Length - outputs.AsSpan().Count((Target?)null)];
        int count = 0;
        foreach (Target? output in outputs)
        {
            if (output is not null)
            {
                kept[count++] = output;
            }
        }
        return kept;
    }

    /// <summary>The same for other targets: what is known of one of these is taken over, the rest is made anew.</summary>
    public RelabelledTargets Next(ValueList<Target> targets, Func<Target, Target?> relabel)
    {
        var next = new Target?[targets.Count];
        var walk = new Walk(inputs);
        for (int i = 0; i < next.Length; i++)
        {
            int known = walk.Find(targets, i);
            next[i] = known >= 0 ? outputs[known] : relabel(targets[i]);
        }
        return new RelabelledTargets(targets, next);
    }

    /// <summary>Each target once, with what became of it.</summary>
    public IEnumerator<KeyValuePair<LabelSet, Target?>> GetEnumerator()
    {
        var seen = new HashSet<LabelSet>();
        for (int i = 0; i < outputs.Length; i++)
        {
            if (seen.Add(inputs[i].Labels))
            {
                yield return KeyValuePair.Create(inputs[i].Labels, outputs[i]);
            }
        }
    }

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    /// <summary>Looks for targets that come in about the order of the known ones.</summary>
    private struct Walk(ValueList<Target> known)
    {
        /// <summary>So many that come or go in one place are seen as that.</summary>
        private const int Reach = 16;

        private int _at;
        private int _misses;
        private Dictionary<LabelSet, int>? _index;

        /// <summary>The index among the known ones, or -1.</summary>
        public int Find(ValueList<Target> targets, int current)
        {
            LabelSet wanted = targets[current].Labels;
            if (_index is not null)
            {
                return _index.GetValueOrDefault(wanted, -1);
            }
            int found = Search(known, _at, wanted);
            if (found >= 0)
            {
                _at = found + 1;
                return found;
            }
            if (_at < known.Count)
            {
                // In place of a known one, or before it.
                _at += Search(targets, current + 1, known[_at].Labels) < 0 ? 1 : 0;
            }
            if (++_misses > Reach + (known.Count / 4) && known.Count > 0)
            {
                _index = IndexOf(known);
                return _index.GetValueOrDefault(wanted, -1);
            }
            return -1;
        }

        private static int Search(ValueList<Target> targets, int from, LabelSet wanted)
        {
            int end = Math.Min(targets.Count, from + Reach);
            for (int i = from; i < end; i++)
            {
                if (targets[i].Labels.Equals(wanted))
                {
                    return i;
                }
            }
            return -1;
        }

        /// <summary>For targets in another order than before.</summary>
        private static Dictionary<LabelSet, int> IndexOf(ValueList<Target> targets)
        {
            var index = new Dictionary<LabelSet, int>(targets.Count);
            for (int i = 0; i < targets.Count; i++)
            {
                index[targets[i].Labels] = i;
            }
            return index;
        }
    }
}
