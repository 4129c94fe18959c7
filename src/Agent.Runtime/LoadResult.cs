using Agent.Runtime.Configuration;
using Agent.Syntax;

namespace Agent.Runtime;

/// <summary>How one attempt to load the configuration ended.</summary>
/// <param name="Success">False where nothing was changed.</param>
/// <param name="At">When it ended.</param>
/// <param name="Duration">How long it took.</param>
/// <param name="Source">What was read; null where it could not be read.</param>
/// <param name="Diagnostics">Errors and warnings.</param>
public sealed record LoadResult(
    bool Success, DateTimeOffset At, TimeSpan Duration, ConfigurationSource? Source, IReadOnlyList<Diagnostic> Diagnostics)
{
    /// <summary>The errors, one a line.</summary>
    public string ErrorText =>
        string.Join('\n', Diagnostics.Where(static diagnostic => diagnostic.Severity == Severity.Error));
}
