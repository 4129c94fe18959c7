using Agent.CommandLine;
using Agent.Sdk.Declarations;
using Agent.Syntax;
using Agent.Testing;

namespace Agent.Tests;

public sealed class ShippedConfigurationTests
{
    public static TheoryData<string> Names =>
        [.. Directory.GetFiles(Repository.PathOf("config"), "*.alloy").Select(static path => Path.GetFileName(path)).Order(StringComparer.Ordinal)];

    [Theory]
    [MemberData(nameof(Names))]
    public void It_validates_without_a_finding(string name)
    {
        DiagnosticBag found = ValidateCommand.Validate(Shell.Build, [Repository.PathOf($"config/{name}")], Stability.GenerallyAvailable);

        Assert.Empty(found.Select(static diagnostic => diagnostic.ToString()));
    }
}
