using System.CommandLine;
using System.Text;
using Agent.Conversion;
using Agent.Run;

namespace Agent.CommandLine;

/// <summary><c>invar convert</c>: translates a configuration of another program.</summary>
internal static class ConvertCommand
{
    private const string StandardInput = "-";

    public static Command Create(Terminal terminal)
    {
        Option<string> output = Flag.Text("--output", "", "The filepath and filename where the output is written.", "-o");
        Option<string> report = Flag.Text("--report", "", "The filepath and filename where the report is written.", "-r");
        Option<string> format = Flag.Text(
            "--source-format", "", "The format of the source file. Supported formats: \"otelcol\", \"prometheus\", \"promtail\", \"static\".", "-f");
        Option<bool> bypass = Flag.Bool("--bypass-errors", false, "Enable bypassing errors when converting", "-b");
        Option<string> extra = Flag.Text(
            "--extra-args", "",
            "Extra arguments from the original format used by the converter. Multiple arguments can be passed by separating them with a space.", "-e");
        Argument<string[]> path = Flag.Paths("file", ArgumentArity.ZeroOrOne, "File to convert; standard input where missing or -");
        var command = new Command("convert", "Convert a supported config file to Alloy") { output, report, format, bypass, extra, path };
        command.SetAction(result =>
        {
            var wanted = new ConfigurationFormat(
                result.GetValue(format)!, result.GetValue(bypass), ConfigurationFormat.Split(result.GetValue(extra)!));
            string file = result.GetValue(path) is [var named] ? named : StandardInput;
            return Run(terminal, file, wanted, new Destinations(result.GetValue(output)!, result.GetValue(report)!));
        });
        return command;
    }

    private static int Run(Terminal terminal, string path, ConfigurationFormat format, Destinations destinations)
    {
        if (format.Name.Length == 0)
        {
            return terminal.Fail("source-format is a required flag");
        }
        if (Directory.Exists(path))
        {
            return terminal.Fail("cannot convert a directory");
        }
        try
        {
            using Stream input = path == StandardInput ? terminal.In : File.OpenRead(path);
            return Write(terminal, format, format.Convert(BoundedInput.Read(input)), destinations);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return terminal.Fail(exception.Message);
        }
    }

    private static int Write(Terminal terminal, ConfigurationFormat format, ConversionResult result, Destinations destinations)
    {
        if (destinations.Report.Length > 0)
        {
            File.WriteAllText(destinations.Report, ConversionReport.Text(result.Diagnostics, format.BypassErrors));
        }
        if (!result.IsUsable(format.BypassErrors))
        {
            terminal.Error.WriteLine(ConversionReport.Lines(result.Diagnostics, ConversionSeverity.Info));
            return terminal.Fail("encountered errors during formatting");
        }
        if (destinations.Output.Length > 0)
        {
            File.WriteAllBytes(destinations.Output, result.Configuration!);
        }
        else
        {
            terminal.Out.Write(Encoding.UTF8.GetString(result.Configuration!));
        }
        return 0;
    }

    private sealed record Destinations(string Output, string Report);
}
