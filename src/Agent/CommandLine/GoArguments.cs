namespace Agent.CommandLine;

/// <summary>Adapts arguments to the parser where Go's rules differ.</summary>
internal static class GoArguments
{
    /// <summary><c>--name=</c> sets an empty value; the parser would take the next argument for it.</summary>
    public static string[] Split(IEnumerable<string> args) => [.. args.SelectMany(static IEnumerable<string> (arg) =>
        arg.StartsWith("--", StringComparison.Ordinal) && arg.IndexOf('=', StringComparison.Ordinal) == arg.Length - 1 ? [arg[..^1], ""] : [arg])];
}
