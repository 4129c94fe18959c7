using System.Diagnostics.CodeAnalysis;

namespace Agent.Sdk.Patterns;

/// <summary>Patterns of equal text as one object, as long as somebody uses it: a thousand rules have a few dozen expressions.</summary>
/// <remarks>A compiled pattern takes some kilobytes, never changes, and says nothing of who made it. Safe on any thread.</remarks>
internal sealed class PatternPool(PatternOptions options)
{
    private const int FirstSweep = 64;
    private readonly Lock _gate = new();
    private readonly Dictionary<string, WeakReference<Pattern>> _byText = new(StringComparer.Ordinal);
    private int _sweepAt = FirstSweep;

    public bool TryParse(string text, [MaybeNullWhen(false)] out Pattern pattern, [NotNullWhen(false)] out string? error)
    {
        lock (_gate)
        {
            if (_byText.TryGetValue(text, out WeakReference<Pattern>? known) && known.TryGetTarget(out pattern))
            {
                error = null;
                return true;
            }
        }
        if (!Pattern.TryParse(text, options, out pattern, out error))
        {
            return false;
        }
        lock (_gate)
        {
            Sweep();
            _byText[text] = new WeakReference<Pattern>(pattern);
        }
        return true;
    }

    /// <summary>Forgets what nobody uses any more whenever the table has doubled, so that it is bounded by what is in use.</summary>
    private void Sweep()
    {
        if (_byText.Count < _sweepAt)
        {
            return;
        }
        foreach ((string text, WeakReference<Pattern> pattern) in _byText)
        {
            if (!pattern.TryGetTarget(out _))
            {
                _byText.Remove(text);
            }
        }
        _sweepAt = Math.Max(FirstSweep, 2 * _byText.Count);
    }
}
