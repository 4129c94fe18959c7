namespace Agent.Syntax;

/// <summary>What reading a source gave.</summary>
/// <param name="File">The tree. With errors it is only what could be made of the source, and must not be evaluated or printed.</param>
/// <param name="Diagnostics">All findings in the order of reading.</param>
public sealed record ParseResult(FileNode File, DiagnosticBag Diagnostics)
{
    public bool Success => !Diagnostics.HasErrors;
}
