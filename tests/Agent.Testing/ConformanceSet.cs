using System.Text;

namespace Agent.Testing;

/// <summary>Counts what one set of golden cases did: a test fails on any failure, and the tally is kept for <c>make conformance</c>.</summary>
/// <remarks>
/// <c>make conformance</c> sets CONFORMANCE_REPORT to a folder; each set writes one line there, such as <c>relabel: 299/299</c>
/// or <c>cri: 12/12, skipped 2</c>.
/// </remarks>
public sealed class ConformanceSet(string name)
{
    private const int ShownFailures = 20;
    private readonly List<string> _failures = [];
    private int _passed;
    private int _skipped;

    /// <summary>Runs one case; <paramref name="check"/> returns null when it passes, else what differs. An exception is a failure.</summary>
    public void Case(string id, Func<string?> check)
    {
        string? difference;
        try
        {
            difference = check();
        }
#pragma warning disable CA1031 // A case that throws is a failed case, whatever it threw.
        catch (Exception exception)
        {
            difference = exception.ToString();
        }
#pragma warning restore CA1031
        if (difference is null)
        {
            _passed++;
        }
        else
        {
            _failures.Add($"{id}: {difference}");
        }
    }

    /// <summary>Counts a case that needs something this build does not have yet.</summary>
    public void Skip() => _skipped++;

    /// <summary>Writes the tally and throws when any case failed, or when no case was found at all.</summary>
    public void Finish()
    {
        int total = _passed + _failures.Count;
        string line = $"{name}: {_passed}/{total}" + (_skipped > 0 ? $", skipped {_skipped}" : "");
        if (Environment.GetEnvironmentVariable("CONFORMANCE_REPORT") is { Length: > 0 } folder)
        {
            Directory.CreateDirectory(folder);
            File.WriteAllText(Path.Combine(folder, name.Replace('/', '.') + ".txt"), line + "\n");
        }
        if (total == 0 && _skipped == 0)
        {
            throw new InvalidOperationException($"{name}: the golden data holds no case");
        }
        if (_failures.Count > 0)
        {
            var text = new StringBuilder(line).AppendLine();
            foreach (string failure in _failures.Take(ShownFailures))
            {
                text.AppendLine(failure);
            }
            throw new InvalidOperationException(text.ToString());
        }
    }
}

