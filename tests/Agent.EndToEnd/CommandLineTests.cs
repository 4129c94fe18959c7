namespace Agent.EndToEnd;

public sealed class CommandLineTests
{
    [NativeFact]
    public async Task The_binary_starts_and_names_itself()
    {
        Invocation version = await Invocation.RunAsync("--version");

        Assert.Equal(0, version.ExitCode);
        Assert.StartsWith("invar", version.Output, StringComparison.Ordinal);
    }
}
