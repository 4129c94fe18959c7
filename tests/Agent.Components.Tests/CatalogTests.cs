using Agent.Components.Tests.Decoding;
using Agent.Sdk;
using Agent.Sdk.Decoding;
using Agent.Sdk.Schema;
using Agent.Syntax;

namespace Agent.Components.Tests;

/// <summary>What holds for every component of the build, whoever declares the next one.</summary>
public sealed class CatalogTests
{
    public static TheoryData<string> Names => [.. Agent.Components.GeneratedCatalog.Components.Select(static component => component.Name)];

    [Theory]
    [MemberData(nameof(Names))]
    public void An_unknown_argument_is_reported_at_its_place(string name)
    {
        var diagnostics = new DiagnosticBag();
        AttributeValue unknown = Config.Set("no_such_argument", 1);

        Assert.Null(Find(name).Decode(Config.Block(name, unknown), diagnostics));

        Diagnostic found = Assert.Single(diagnostics, static found => found.Code == DiagnosticCodes.UnknownArgument);
        Assert.Equal("unrecognized attribute name \"no_such_argument\"", found.Message);
        Assert.Equal(unknown.NameSpan.Source, found.Span.Source);
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Missing_arguments_are_exactly_the_required_ones(string name)
    {
        var diagnostics = new DiagnosticBag();
        ComponentDescriptor component = Find(name);
        component.Decode(Config.Block(name), diagnostics);

        IEnumerable<string> required =
        [
            .. component.Arguments.Attributes.Where(static attribute => attribute.Required).Select(static a => $"missing required attribute \"{a.Name}\""),
            .. component.Arguments.Blocks.Where(static block => block.Required).Select(static block => $"missing required block \"{block.Name}\""),
        ];

        Assert.Equal(required, diagnostics.Where(static found => found.Code == DiagnosticCodes.MissingArgument).Select(static found => found.Message));
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Components_and_what_they_take_and_give_have_summaries(string name)
    {
        ComponentDescriptor component = Find(name);

        Assert.NotEmpty(component.Summary);
        Assert.All(component.Arguments.Attributes, static attribute => Assert.NotEmpty(attribute.Summary));
        Assert.All(component.Exports, static export => Assert.NotEmpty(export.Summary));
    }

    [Fact]
    public void The_schema_of_a_rule_shows_its_defaults_as_configuration()
    {
        ChildBlockSchema rule = Assert.Single(Find("loki.relabel").Arguments.Blocks);
        BlockSchema schema = rule.Schema();

        Assert.Equal(("rule", true, false), (schema.Name, rule.Repeated, rule.Required));
        Assert.Equal("\"(.*)\"", Default(schema, "regex"));
        Assert.Equal("\"replace\"", Default(schema, "action"));
        Assert.Null(Default(schema, "source_labels"));
        Assert.Contains("keepequal", schema.Attributes.Single(static attribute => attribute.Name == "action").Type.Choices);
    }

    private static string? Default(BlockSchema schema, string name) =>
        schema.Attributes.Single(attribute => attribute.Name == name).Default;

    private static ComponentDescriptor Find(string name) =>
        Agent.Components.GeneratedCatalog.Components.Single(component => component.Name == name);
}
