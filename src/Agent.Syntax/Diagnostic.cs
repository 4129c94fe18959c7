namespace Agent.Syntax;

public enum Severity
{
    Warning,
    Error,
}

/// <summary>One finding about a configuration, at its place in the source.</summary>
/// <param name="Code">Stable identifier, such as <c>INV0012</c>.</param>
/// <param name="Severity">An error refuses the configuration; a warning never does.</param>
/// <param name="Span">Where; a default span where there is no place.</param>
/// <param name="Message">What is wrong, worded <c>cannot do what: cause</c>.</param>
/// <param name="Help">What to write instead, or null.</param>
public sealed record Diagnostic(string Code, Severity Severity, TextSpan Span, string Message, string? Help = null)
{
    /// <summary><c>file:line:column: message</c> on one line, for logs and HTTP replies.</summary>
    public override string ToString() => Span.Source is null ? Message : $"{Span}: {Message}";
}

/// <summary>Collects diagnostics; never throws, so that a bad file reports all its errors at once.</summary>
public sealed class DiagnosticBag : IReadOnlyCollection<Diagnostic>
{
    private readonly List<Diagnostic> _diagnostics = [];

    public int Count => _diagnostics.Count;

    public bool HasErrors { get; private set; }

    public void Add(Diagnostic diagnostic)
    {
        _diagnostics.Add(diagnostic);
        HasErrors |= diagnostic.Severity == Severity.Error;
    }

    public void AddRange(IEnumerable<Diagnostic> diagnostics)
    {
        foreach (Diagnostic diagnostic in diagnostics)
        {
            Add(diagnostic);
        }
    }

    public void Error(string code, TextSpan span, string message, string? help = null) =>
        Add(new Diagnostic(code, Severity.Error, span, message, help));

    public void Warn(string code, TextSpan span, string message, string? help = null) =>
        Add(new Diagnostic(code, Severity.Warning, span, message, help));

    public IEnumerator<Diagnostic> GetEnumerator() => _diagnostics.GetEnumerator();

    System.Collections.IEnumerator System.Collections.IEnumerable.GetEnumerator() => GetEnumerator();
}
