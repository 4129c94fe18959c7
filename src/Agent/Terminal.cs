namespace Agent;

/// <summary>Where a command reads and writes.</summary>
/// <param name="In">Standard input, bytes.</param>
/// <param name="Out">Standard output.</param>
/// <param name="Error">Standard error.</param>
/// <param name="Color">True where <paramref name="Error"/> is a terminal that shows colours.</param>
internal sealed record Terminal(Stream In, TextWriter Out, TextWriter Error, bool Color)
{
    public static Terminal OfProcess() => new(
        Console.OpenStandardInput(), Console.Out, Console.Error,
        !Console.IsErrorRedirected && string.IsNullOrEmpty(Environment.GetEnvironmentVariable("NO_COLOR")));

    /// <summary>Ends a command that failed.</summary>
    /// <returns>The exit code.</returns>
    public int Fail(string message)
    {
        Error.WriteLine($"Error: {message}");
        return 1;
    }
}
