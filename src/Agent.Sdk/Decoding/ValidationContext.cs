using Agent.Syntax;

namespace Agent.Sdk.Decoding;

/// <summary>Reports findings of a record's own rules at the place of the attribute or block that they are about.</summary>
public sealed class ValidationContext(BlockValue block, DiagnosticBag diagnostics)
{
    private const string StagePrefix = "stage.";

    // Alloy finds what is wrong in a stage only when it builds the pipeline, so that its own converter writes such configurations.
    private readonly string _code = block.Name.StartsWith(StagePrefix, StringComparison.Ordinal)
        ? DiagnosticCodes.InvalidStage
        : DiagnosticCodes.InvalidArgument;

    /// <summary>An error at the attribute or block of that name, or at the block itself where it is not written.</summary>
    public void Error(string name, string message, string? help = null) =>
        diagnostics.Error(_code, SpanOf(name), message, help);

    /// <summary>An error of the block as a whole.</summary>
    public void Error(string message) =>
        diagnostics.Error(_code, block.NameSpan, message);

    public void Warn(string name, string message, string? help = null) =>
        diagnostics.Warn(_code, SpanOf(name), message, help);

    /// <summary>True where the user wrote the attribute or block.</summary>
    public bool IsSet(string name) => block.Find(name) is not null || block.Blocks.Any(child => child.Name == name);

    private TextSpan SpanOf(string name) =>
        block.Find(name)?.ValueSpan ?? block.Blocks.FirstOrDefault(child => child.Name == name)?.NameSpan ?? block.NameSpan;
}
