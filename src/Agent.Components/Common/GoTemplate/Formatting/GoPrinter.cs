using Agent.Components.Common.GoTemplate.Execution;
using Agent.Components.Common.GoTemplate.Values;

namespace Agent.Components.Common.GoTemplate.Formatting;

/// <summary>Go's Sprint, Sprintln and Sprintf.</summary>
internal static class GoPrinter
{
    /// <summary>One value as <c>%v</c> shows it.</summary>
    public static string ToText(TemplateRun run, GoValue value) => value.IsText ? value.AsText : Print(run, [value]).AsText;

    /// <summary>Values side by side, with spaces between those that are no texts.</summary>
    public static GoValue Print(TemplateRun run, ReadOnlySpan<GoValue> values)
    {
        var output = new LimitedText(run);
        var writer = new ValueWriter(output);
        for (int i = 0; i < values.Length; i++)
        {
            if (i > 0 && values[i].Kind != GoKind.String && values[i - 1].Kind != GoKind.String)
            {
                output.Append(' ');
            }
            writer.Write(values[i], 'v', FormatFlags.None);
        }
        return output.ToValue();
    }

    public static GoValue PrintLine(TemplateRun run, ReadOnlySpan<GoValue> values)
    {
        var output = new LimitedText(run);
        var writer = new ValueWriter(output);
        for (int i = 0; i < values.Length; i++)
        {
            output.Append(i > 0 ? " " : "");
            writer.Write(values[i], 'v', FormatFlags.None);
        }
        return output.Append('\n').ToValue();
    }

    public static GoValue Printf(TemplateRun run, string format, ReadOnlySpan<GoValue> values)
    {
        var output = new LimitedText(run);
        var reader = new FormatReader(format, values);
        while (output.IsOpen && reader.Next(output))
        {
        }
        return output.ToValue();
    }
}
