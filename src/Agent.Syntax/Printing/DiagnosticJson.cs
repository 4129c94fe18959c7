using System.Text.Json;

namespace Agent.Syntax;

/// <summary>Writes diagnostics for programs.</summary>
public static class DiagnosticJson
{
    /// <summary>
    /// An array of objects with <c>code</c>, <c>severity</c> (<c>error</c> or <c>warning</c>), <c>file</c>, <c>line</c>,
    /// <c>column</c>, <c>end_line</c>, <c>end_column</c>, <c>message</c> and, where there is one, <c>help</c>.
    /// </summary>
    /// <remarks>
    /// Lines and columns are 1-based, columns count bytes, and the end is the last character covered. A diagnostic without
    /// a place has no file and no positions.
    /// </remarks>
    public static void Write(Utf8JsonWriter writer, IEnumerable<Diagnostic> diagnostics)
    {
        writer.WriteStartArray();
        foreach (Diagnostic diagnostic in diagnostics)
        {
            Write(writer, diagnostic);
        }
        writer.WriteEndArray();
    }

    private static void Write(Utf8JsonWriter writer, Diagnostic diagnostic)
    {
        writer.WriteStartObject();
        writer.WriteString("code"u8, diagnostic.Code);
        writer.WriteString("severity"u8, diagnostic.Severity == Severity.Error ? "error"u8 : "warning"u8);
        if (diagnostic.Span.Source is { } source)
        {
            LinePosition start = diagnostic.Span.StartPosition;
            LinePosition last = SourceExcerpt.LastPosition(diagnostic.Span);
            writer.WriteString("file"u8, source.Name);
            writer.WriteNumber("line"u8, start.Line);
            writer.WriteNumber("column"u8, start.Column);
            writer.WriteNumber("end_line"u8, last.Line);
            writer.WriteNumber("end_column"u8, last.Column);
        }
        writer.WriteString("message"u8, diagnostic.Message);
        if (diagnostic.Help is not null)
        {
            writer.WriteString("help"u8, diagnostic.Help);
        }
        writer.WriteEndObject();
    }
}
