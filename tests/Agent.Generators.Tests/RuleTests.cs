namespace Agent.Generators.Tests;

public sealed class RuleTests
{
    private const string Members = """
        public ValueTask ApplyAsync(Arguments arguments, CancellationToken stop) => default;
        public Task RunAsync(CancellationToken stop) => Task.CompletedTask;
        public ValueTask DisposeAsync() => default;
        """;

    [Fact]
    public void A_declaration_without_faults_is_accepted() => Expect(Component("""
        /// <summary>One.</summary>
        public int One { get; init; }
        """));

    [Fact]
    public void A_class_is_named_after_its_component() => Expect(
        Component("", name: "Other"), "AGT001: Class 'Other' declares 'sample.write' and has to be named 'SampleWrite'");

    [Fact]
    public void An_argument_has_a_summary() => Expect(
        Component("public int One { get; init; }"), "AGT002: 'One' needs a summary: it is the argument's documentation");

    [Theory]
    [InlineData("string[]", "string[]")]
    [InlineData("System.Collections.Generic.List<int>", "List<int>")]
    [InlineData("System.Collections.Generic.Dictionary<string, int>", "Dictionary<string, int>")]
    [InlineData("System.Collections.Generic.IReadOnlyList<int>", "IReadOnlyList<int>")]
    public void An_argument_compares_by_content(string type, string shown) => Expect(
        Component($"public required {type} One {{ get; init; }}"),
        $"AGT003: 'One' is of type '{shown}', which does not compare by content: use ValueList or ValueMap");

    [Fact]
    public void An_argument_has_a_decoder() => Expect(
        Component("public required Version One { get; init; }"), "AGT004: 'One' is of type 'Version', which has no decoder");

    [Fact]
    public void A_list_of_something_without_a_decoder_has_none() => Expect(
        Component("public required ValueList<Version> One { get; init; }"),
        "AGT004: 'One' is of type 'ValueList<Version>', which has no decoder");

    [Fact]
    public void Words_of_the_language_are_no_names() => Expect(
        Component("""
            /// <summary>One.</summary>
            public bool True { get; init; }
            """),
        "AGT005: 'True' would be written 'true', which is a word of the language");

    [Fact]
    public void Two_parts_of_a_block_have_different_names() => Expect(
        Component("""
            /// <summary>One.</summary>
            public bool One { get; init; }
            /// <summary>Two.</summary>
            [Name("one")] public bool Two { get; init; }
            """),
        "AGT006: 'Two' would be written 'one', and so would another part of the block");

    [Fact]
    public void A_component_is_made_from_its_context() => Expect(
        Component("", constructor: "(int number)"),
        "AGT007: Class 'SampleWrite' needs a constructor that takes a ComponentContext and nothing else");

    [Fact]
    public void A_component_has_arguments() => Expect(
        """
        /// <summary>Writes.</summary>
        [Component("sample.write")] public sealed class SampleWrite(ComponentContext context);
        """,
        "AGT008: Class 'SampleWrite' needs a nested record 'Arguments', not generic and not positional");

    [Fact]
    public void Positional_records_are_no_arguments() => Expect(
        """
        /// <summary>Logs.</summary>
        [ConfigBlock("logging")] public sealed record Logging(string Level);
        """,
        "AGT008: Class 'Logging' needs a nested record 'Arguments', not generic and not positional: the class itself has to be one");

    [Fact]
    public void An_argument_can_be_set() => Expect(
        Component("""
            /// <summary>One.</summary>
            public bool One { get; private set; }
            """),
        "AGT009: 'One' needs get and init accessors that generated code can reach");

    [Theory]
    [InlineData("[Block] public int One { get; init; }", "a block: its type is neither a record nor a ValueList of records")]
    [InlineData("[Blocks] public int One { get; init; }", "a family of blocks: its type is no ValueList of an abstract record")]
    [InlineData("[Flatten] public int One { get; init; }", "flattened: its type is no record")]
    [InlineData("[Flatten] public Part? One { get; init; }", "flattened: it needs an initializer and must be neither required nor nullable")]
    [InlineData("[BlockLabel] public int One { get; init; }", "a label: a label is text")]
    public void Marks_suit_their_properties(string property, string message) =>
        Expect(Component(property) + "public sealed record Part;", "AGT010: 'One' cannot be " + message);

    [Fact]
    public void A_stage_belongs_to_a_family() => Expect(
        """
        [Stage("drop")] public static class DropStage { public sealed record Arguments; }
        """,
        "AGT011: 'DropStage.Arguments' has to derive from an abstract record: the family that a pipeline collects");

    [Fact]
    public void A_name_is_declared_once() => Expect(
        """
        /// <summary>Logs.</summary>
        [ConfigBlock("logging")] public sealed record One;
        /// <summary>Logs.</summary>
        [ConfigBlock("logging")] public sealed record Two;
        """,
        "AGT012: 'logging' is declared by 'One' and by 'Two'");

    [Fact]
    public void A_finding_points_at_its_property()
    {
        var run = new GeneratorRun(Component("public int One { get; init; }"));

        Microsoft.CodeAnalysis.Diagnostic found = Assert.Single(run.Result.Diagnostics);

        Assert.Equal("Sample.cs", found.Location.GetLineSpan().Path);
        Assert.True(found.Location.GetLineSpan().StartLinePosition.Line > 8);
    }

    private static string Component(string properties, string name = "SampleWrite", string constructor = "(ComponentContext context)") => $$"""
        /// <summary>Writes.</summary>
        [Component("sample.write")]
        public sealed class {{name}} : IComponent<{{name}}.Arguments>
        {
            public {{name}}{{constructor}}
            {
            }
            public sealed record Arguments
            {
                {{properties}}
            }
            {{Members}}
        }

        """;

    private static void Expect(string source, params string[] findings) => Assert.Equal(findings, new GeneratorRun(source).Findings);
}
