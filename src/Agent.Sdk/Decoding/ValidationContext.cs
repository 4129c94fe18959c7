using Agent.Syntax;

namespace Agent.Sdk.Decoding;

/// <summary>Reports findings of a record's own rules at the place of the attribute or block that they are about.</summary>
public sealed class ValidationContext(BlockValue block, DiagnosticBag diagnostics)
{
    /// <summary>An error at the attribute or block of that name, or at the block itself where it is not written.</summary>
    public void Error(string name, string message, string? help = null) =>
        diagnostics.Error(DiagnosticCodes.InvalidArgument, SpanOf(name), message, help);

    /// <summary>An error of the block as a whole.</summary>
    public void Error(string message) =>
        diagnostics.Error(DiagnosticCodes.InvalidArgument, block.NameSpan, message);

    public void Warn(string name, string message, string? help = null) =>
        diagnostics.Warn(DiagnosticCodes.InvalidArgument, SpanOf(name), message, help);

    /// <summary>True where the user wrote the attribute or block.</summary>
    public bool IsSet(string name) => block.Find(name) is not null || block.Blocks.Any(child => child.Name == name);

    private TextSpan SpanOf(string name) =>
        block.Find(name)?.ValueSpan ?? block.Blocks.FirstOrDefault(child => child.Name == name)?.NameSpan ?? block.NameSpan;
}
