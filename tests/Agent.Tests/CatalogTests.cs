using Agent.CommandLine;
using Agent.Docs;
using Agent.Runtime.Configuration;
using Agent.Runtime.Graph;
using Agent.Sdk;
using Agent.Sdk.Declarations;
using Agent.Sdk.Decoding;
using Agent.Syntax;
using Agent.Testing;

namespace Agent.Tests;

/// <summary>What holds for every component of the build, whoever writes the next one: its example, its page, its life.</summary>
public sealed class CatalogTests
{
    private const string Pages = "docs/components";

    // As long as the agent itself has when it is asked to stop.
    private static readonly TimeSpan DrainTime = TimeSpan.FromSeconds(25);

    public static TheoryData<string> Names => [.. Shell.Build.Components.Components.Select(static component => component.Name)];

    [Theory]
    [MemberData(nameof(Names))]
    public void The_example_validates(string name)
    {
        ComponentDescriptor component = Find(name);

        Assert.NotEmpty(component.Example.Trim());
        Assert.Contains(Parse(component.Example), block => block.FullName == name);
        Assert.DoesNotContain(Validate(component.Example), static found => found.Severity == Severity.Error);
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void An_unknown_option_in_the_example_is_reported_at_its_place(string name)
    {
        string example = Find(name).Example;
        BlockStatement block = Parse(example).First(block => block.FullName == name);
        // Braces and names are ASCII: bytes and characters are the same up to here.
        int at = block.OpenBrace.End;
        string text = example[..at] + "\n  no_such_option = 1\n" + example[at..];
        LinePosition place = new SourceText("x", text).Position(at + 3);

        Diagnostic found = Assert.Single(Validate(text), static found => found.Severity == Severity.Error);

        Assert.Equal((DiagnosticCodes.UnknownArgument, place), (found.Code, found.Span.StartPosition));
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void The_page_is_current(string name)
    {
        string page = Repository.PathOf($"{Pages}/{name}.md");

        Assert.True(File.Exists(page), $"{Pages}/{name}.md is missing: run `invar docs`");
        Assert.True(ComponentReference.Write(Find(name)) == File.ReadAllText(page), $"{Pages}/{name}.md is not what the declaration says: run `invar docs`");
    }

    [Fact]
    public void There_are_no_pages_of_components_that_do_not_exist() => Assert.Subset(
        Shell.Build.Components.Components.Select(static component => component.Name).ToHashSet(),
        Directory.GetFiles(Repository.PathOf(Pages)).Select(static page => Path.GetFileNameWithoutExtension(page)).ToHashSet());

    [Theory]
    [MemberData(nameof(Names))]
    public async Task The_example_runs_takes_equal_arguments_without_a_change_and_stops_in_time(string name)
    {
        await using var agent = new ExampleAgent();

        await agent.LoadAsync(Find(name).Example);
        ComponentNode first = agent.Node(name);
        // Null where circumstances are against it: a file of the example may be missing here.
        object? arguments = first.Arguments;
        await agent.LoadAsync(Find(name).Example + "\n// Another text, and the same configuration.\n");

        Assert.Same(first, agent.Node(name));
        Assert.Same(arguments, agent.Node(name).Arguments);
        await agent.Runtime.DisposeAsync().AsTask().WaitAsync(DrainTime);
        // Circumstances may keep an example from working here, faults may not.
        Assert.DoesNotContain(agent.Log, static line =>
            line.Contains("component failed", StringComparison.Ordinal) || line.Contains("did not stop", StringComparison.Ordinal));
    }

    private static DiagnosticBag Validate(string text) => ValidateCommand.Validate(
        Shell.Build, diagnostics => ConfigurationSource.Parse("example.alloy", text, diagnostics), Stability.Experimental);

    private static IEnumerable<BlockStatement> Parse(string text) =>
        Parser.ParseFile(new SourceText("example.alloy", text)).File.Body.OfType<BlockStatement>();

    private static ComponentDescriptor Find(string name) =>
        Shell.Build.Components.TryGet(name, out ComponentDescriptor? found) ? found : throw new InvalidOperationException(name);
}
