namespace Agent.Syntax;

/// <summary>Prints diagnostics for people: the place and message, then the source lines with what is meant marked.</summary>
/// <remarks>The plain form without help is, character for character, what Alloy prints.</remarks>
public sealed class DiagnosticPrinter
{
    private const string Bold = "\e[1m";
    private const string BoldRed = "\e[31;1m";
    private const string BoldYellow = "\e[33;1m";
    private const string BoldCyan = "\e[36;1m";
    private const string Plain = "\e[0m";

    private readonly TextWriter _output;

    public DiagnosticPrinter(TextWriter output) => _output = output;

    /// <summary>Marks severities with ANSI colours; for terminals only.</summary>
    public bool Color { get; init; }

    /// <summary>Source lines shown before and behind what is marked.</summary>
    public int ContextLines { get; init; } = 1;

    /// <summary>Prints the help of diagnostics that have one.</summary>
    public bool ShowHelp { get; init; } = true;

    /// <summary>Prints diagnostics with an empty line between them.</summary>
    public void Print(IEnumerable<Diagnostic> diagnostics)
    {
        bool first = true;
        foreach (Diagnostic diagnostic in diagnostics)
        {
            if (!first)
            {
                _output.Write('\n');
            }
            first = false;
            Print(diagnostic);
        }
    }

    public void Print(Diagnostic diagnostic)
    {
        string severity = diagnostic.Severity == Severity.Error ? "Error: " : "Warning: ";
        string place = diagnostic.Span.Source is { } named && named.Name.Length == 0
            ? $"{diagnostic.Span.StartPosition}: {diagnostic.Message}"
            : diagnostic.ToString();
        Write(severity, diagnostic.Severity == Severity.Error ? BoldRed : BoldYellow);
        Write(place, Bold);
        _output.Write('\n');
        if (diagnostic.Span.Source is { } source)
        {
            _output.Write('\n');
            new SourceExcerpt(_output, source, diagnostic.Span).Print(ContextLines);
        }
        if (ShowHelp && diagnostic.Help is not null)
        {
            _output.Write('\n');
            Write("Help: ", BoldCyan);
            _output.Write(diagnostic.Help);
            _output.Write('\n');
        }
    }

    private void Write(string text, string style) => _output.Write(Color ? style + text + Plain : text);
}
