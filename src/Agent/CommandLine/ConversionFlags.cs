using System.CommandLine;
using Agent.Run;

namespace Agent.CommandLine;

/// <summary>Flags about configurations in other formats.</summary>
internal sealed class ConversionFlags
{
    private readonly Option<string> _format = Flag.Text(
        "--config.format", "alloy", "The format of the source file. Supported formats: \"alloy\", \"otelcol\", \"prometheus\", \"promtail\", \"static\".");

    private readonly Option<bool> _bypass = Flag.Bool("--config.bypass-conversion-errors", false, "Enable bypassing errors when converting");

    private readonly Option<string> _extra = Flag.Text(
        "--config.extra-args", "",
        "Extra arguments from the original format used by the converter. Multiple arguments can be passed by separating them with a space.");

    public void AddTo(Command command)
    {
        command.Options.Add(_format);
        command.Options.Add(_bypass);
        command.Options.Add(_extra);
    }

    public ConfigurationFormat Read(ParseResult result) => new(
        result.GetValue(_format)!, result.GetValue(_bypass), ConfigurationFormat.Split(result.GetValue(_extra)!));

    /// <summary>Why the format cannot be read, or null.</summary>
    public string? Refusal(ParseResult result) => Read(result).Refusal;
}
