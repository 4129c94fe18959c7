using System.CommandLine;

namespace Agent.CommandLine;

/// <summary>Flags about configurations in other formats.</summary>
internal sealed class ConversionFlags
{
    private readonly Option<string> _format = Flag.Text(
        "--config.format", "alloy", "The format of the source file. Supported formats: 'alloy'.");

    private readonly Option<bool> _bypass = Flag.Bool("--config.bypass-conversion-errors", false, "Enable bypassing errors when converting");

    private readonly Option<string> _extra = Flag.Text(
        "--config.extra-args", "", "Extra arguments from the original format used by the converter.");

    public void AddTo(Command command)
    {
        command.Options.Add(_format);
        command.Options.Add(_bypass);
        command.Options.Add(_extra);
    }

    /// <summary>Why the format cannot be read, or null. The other two flags mean something to converters only.</summary>
    public string? Refusal(System.CommandLine.ParseResult result) => result.GetValue(_format) switch
    {
        "alloy" => null,
        "otelcol" or "prometheus" or "promtail" or "static" => $"cannot read a configuration in format \"{result.GetValue(_format)}\": conversion is not supported yet",
        var other => $"cannot read a configuration in format \"{other}\": no such format",
    };
}
