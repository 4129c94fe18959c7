using System.CommandLine;
using Agent.Syntax;

namespace Agent.CommandLine;

/// <summary><c>invar fmt</c>: prints a configuration in the one format, or writes it back, or only tells whether it is formatted.</summary>
internal static class FormatCommand
{
    private const string StandardInput = "-";

    public static Command Create(Terminal terminal)
    {
        Option<bool> write = Flag.Bool("--write", false, "Write the result to the file instead of standard output", "-w");
        Option<bool> test = Flag.Bool("--test", false, "Exit with non-zero when changes would be made. Cannot be used with -w/--write", "-t");
        Argument<string[]> path = Flag.Paths("file", ArgumentArity.ZeroOrOne, "File to format; standard input where missing or -");
        var command = new Command("fmt", "Format a configuration file") { write, test, path };
        command.Aliases.Add("format");
        command.SetAction(result =>
        {
            string file = result.GetValue(path) is [var named] ? named : StandardInput;
            return Run(terminal, file, result.GetValue(write), result.GetValue(test));
        });
        return command;
    }

    private static int Run(Terminal terminal, string path, bool write, bool test)
    {
        if (write && test)
        {
            return terminal.Fail("cannot use -w/--write and -t/--test at the same time");
        }
        if (write && path == StandardInput)
        {
            return terminal.Fail("cannot use -w with standard input");
        }
        if (Directory.Exists(path))
        {
            return terminal.Fail("cannot format a directory");
        }
        try
        {
            string name = path == StandardInput ? "<stdin>" : path;
            return Format(terminal, new SourceText(name, path == StandardInput ? ReadAll(terminal.In) : File.ReadAllBytes(path)), write, test);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return terminal.Fail(exception.Message);
        }
    }

    private static int Format(Terminal terminal, SourceText source, bool write, bool test)
    {
        Agent.Syntax.ParseResult parsed = Parser.ParseFile(source);
        if (parsed.Diagnostics.Any(static diagnostic => diagnostic.Severity == Severity.Error))
        {
            foreach (Diagnostic diagnostic in parsed.Diagnostics)
            {
                terminal.Error.WriteLine(diagnostic);
            }
            return terminal.Fail("encountered errors during formatting");
        }
        byte[] formatted = Formatter.Format(parsed.File);
        bool unchanged = source.Bytes.SequenceEqual(formatted);
        if (test)
        {
            return unchanged ? 0 : terminal.Fail($"file {source.Name} is not formatted correctly");
        }
        if (!write)
        {
            terminal.Out.Write(System.Text.Encoding.UTF8.GetString(formatted));
        }
        else if (!unchanged)
        {
            File.WriteAllBytes(source.Name, formatted);
        }
        return 0;
    }

    private static byte[] ReadAll(Stream input)
    {
        using var all = new MemoryStream();
        input.CopyTo(all);
        return all.ToArray();
    }
}
