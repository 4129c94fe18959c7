using Agent.Sdk;
using Agent.Sdk.Decoding;
using Agent.Sdk.Schema;
using Agent.Syntax;
using Agent.Syntax.Values;
using Agent.Telemetry;

namespace Agent.Components.Tests.Decoding;

public sealed class BlockDecodingTests
{
    private static readonly AttributeValue Url = Config.Set("url", "http://host/path");

    [Fact]
    public void What_is_not_written_has_its_default()
    {
        SampleComponent.Arguments arguments = Decode(Url);

        Assert.Equal(new SampleComponent.Arguments { Url = new Uri("http://host/path") }, arguments);
        Assert.Equal(10, arguments.MaxBackoffRetries);
        Assert.Equal(TimeSpan.FromSeconds(5), arguments.Client.Timeout);
    }

    [Fact]
    public void What_is_written_replaces_the_default()
    {
        SampleComponent.Arguments arguments = Decode(
            Url, Config.Set("retry_on_http_429", false), Config.Set("enable_http2", true), Config.Set("batch_wait", "1m30s"),
            Config.Set("limit", 7), Config.Set("mode", "very_slow"), Config.Set("timeout", "1s"), Config.Set("password", "p"),
            Config.Set("words", Config.List(Value.Of("x"), Value.Of(2))),
            Config.Set("headers", Config.Map(("a", Value.Of("b")))));

        Assert.False(arguments.RetryOnHttp429);
        Assert.True(arguments.EnableHttp2);
        Assert.Equal(TimeSpan.FromSeconds(90), arguments.BatchWait);
        Assert.Equal(7, arguments.Limit);
        Assert.Equal(SampleMode.VerySlow, arguments.Mode);
        Assert.Equal(TimeSpan.FromSeconds(1), arguments.Client.Timeout);
        Assert.Equal(new Secret("p"), arguments.Password);
        Assert.Equal(["x", "2"], arguments.Words);
        Assert.Equal("b", arguments.Headers["a"]);
    }

    [Fact]
    public void Nested_blocks_become_records_in_order()
    {
        SampleComponent.Arguments arguments = Decode(
            Url,
            Config.Block("queue", Config.Set("capacity", 3)),
            Config.Labelled("rule", "one"),
            Config.Labelled("rule", "two", Config.Set("action", "keep")));

        Assert.Equal(new SampleComponent.Queue { Capacity = 3 }, arguments.Queue);
        Assert.Equal(
            [new SampleComponent.Rule { Label = "one" }, new SampleComponent.Rule { Label = "two", Action = "keep" }], arguments.Rule);
    }

    [Fact]
    public void Blocks_of_a_family_keep_their_order_and_may_hold_each_other()
    {
        SampleComponent.Arguments arguments = Decode(
            Url,
            Config.Block("stage.echo", Config.Set("text", "a")),
            Config.Block("stage.match", Config.Set("selector", "s"), Config.Block("stage.echo", Config.Set("text", "b"))),
            Config.Block("stage.echo", Config.Set("text", "c")));

        Assert.Equal(
            [
                new EchoStage.Arguments { Text = "a" },
                new MatchStage.Arguments { Selector = "s", Stages = [new EchoStage.Arguments { Text = "b" }] },
                new EchoStage.Arguments { Text = "c" },
            ],
            arguments.Stages);
    }

    [Fact]
    public void All_faults_of_a_block_are_reported_at_once()
    {
        string[] messages = Messages(
            Config.Set("nmae", "x"),
            Config.Set("batch_wait", "1d"),
            Config.Set("enabled", "true"),
            Config.Set("queue", 1),
            Config.Block("name"),
            Config.Block("ruel"),
            Config.Block("stage.echo"));

        Assert.Equal(
            [
                "unrecognized attribute name \"nmae\" (did you mean \"name\"?)",
                "\"queue\" must be a block, but is used as an attribute (write queue { ... })",
                "\"name\" must be an attribute, but is used as a block (write name = ...)",
                "unrecognized block name \"ruel\" (did you mean \"rule\"?)",
                "missing required attribute \"url\"",
                "\"true\" should be bool, got string",
                "\"1d\" time: unknown unit \"d\" in duration \"1d\"",
                "missing required attribute \"text\"",
            ],
            messages);
    }

    [Fact]
    public void Counts_and_labels_of_blocks_are_checked()
    {
        string[] messages = Messages(
            Url, Config.Set("name", "a"), Config.Set("name", "b"),
            Config.Labelled("queue", "x", Config.Set("capacity", 1)), Config.Block("queue", Config.Set("capacity", 2)), Config.Block("rule"));

        Assert.Equal(
            [
                "attribute \"name\" may only be provided once",
                "block \"queue\" does not support specifying labels",
                "block \"queue\" may only be specified once",
                "block \"rule\" requires non-empty label",
            ],
            messages);
    }

    [Fact]
    public void A_fault_inside_a_list_names_its_place()
    {
        Assert.Equal(
            ["[\"a\", true][1] should be string, got bool"],
            Messages(Url, Config.Set("words", Config.List(Value.Of("a"), Value.True))));
        Assert.Equal(
            ["[{\"a\" = []}][0].a should be string, got array"],
            Messages(Url, Config.Set("targets", Config.List(Config.Map(("a", ArrayValue.Empty))))));
    }

    [Fact]
    public void A_word_that_an_enumeration_lacks_is_answered_with_its_words() =>
        Assert.Equal(
            ["\"slow\" must be one of \"fast\", \"very_slow\", \"keepequal\""], Messages(Url, Config.Set("mode", "slow")));

    [Fact]
    public void Rules_of_the_record_and_of_its_flattened_parts_run_after_decoding()
    {
        Assert.Equal(
            ["cannot wait for less than nothing", "cannot retry a negative number of times"],
            Messages(Url, Config.Set("max_backoff_retries", -1), Config.Set("timeout", "-1s")));
    }

    [Fact]
    public void Options_without_effect_and_old_ones_are_warnings()
    {
        var diagnostics = new DiagnosticBag();
        SampleComponent.Arguments? arguments = SampleComponentArgumentsCodec.Decode(
            Config.Block("sample.component", Url, Config.Set("useless", true), Config.Set("old_name", "x")), diagnostics);

        Assert.NotNull(arguments);
        Assert.False(diagnostics.HasErrors);
        Assert.Equal(
            [DiagnosticCodes.NotHonoured, DiagnosticCodes.Deprecated], diagnostics.Select(static diagnostic => diagnostic.Code));
    }

    [Fact]
    public void What_is_not_known_yet_gives_neither_a_record_nor_an_error()
    {
        var diagnostics = new DiagnosticBag();
        BlockValue block = Config.Block(
            "sample.component",
            Config.Set("url", new UnknownValue(SchemaType.Any), "x"),
            Config.Set("words", Config.List(new UnknownValue(SchemaType.Text)), "x"),
            Config.Set("max_backoff_retries", -1));

        Assert.Null(SampleComponentArgumentsCodec.Decode(block, diagnostics));
        Assert.Empty(diagnostics);
    }

    [Fact]
    public void What_is_not_known_yet_but_of_the_wrong_type_is_an_error()
    {
        SchemaType receiver = new(SchemaKind.Capsule, "capsule(\"loki.LogsReceiver\")");
        Assert.Equal(
            ["x should be string, got capsule(\"loki.LogsReceiver\")"],
            Messages(Config.Set("url", new UnknownValue(receiver), "x")));
        Assert.Equal(
            ["x[0] should be capsule(\"loki.LogsReceiver\"), got string"],
            Messages(Url, Config.Set("forward_to", Config.List(new UnknownValue(SchemaType.Text)), "x")));
    }

    [Fact]
    public void Lists_of_targets_pass_through_as_they_are()
    {
        ValueList<Target> targets = [new Target(LabelSet.Empty.With("a", "b"))];

        SampleComponent.Arguments arguments = Decode(Url, Config.Set("targets", new TargetListValue(targets)));
        ObjectValue exports = SampleComponentExportsCodec.Encode(new SampleComponent.Exports(targets, 1));

        Assert.Same(targets, arguments.Targets);
        Assert.Same(targets, Assert.IsType<TargetListValue>(exports["output"]).Targets);
        Assert.Equal(Value.Of(1), exports["count"]);
        Assert.Equal(Value.Of("b"), ((ObjectValue)((ArrayValue)exports["output"])[0])["a"]);
    }

    [Fact]
    public void Objects_and_elements_of_target_lists_become_targets()
    {
        var listed = new TargetListValue([new Target(LabelSet.Empty.With("a", "b"))]);

        SampleComponent.Arguments arguments = Decode(
            Url, Config.Set("targets", Config.List(listed[0], Config.Map(("port", Value.Of(9100)), ("up", Value.True)))));

        Assert.Same(listed.Targets[0], arguments.Targets[0]);
        Assert.Equal("9100", arguments.Targets[1]["port"]);
        Assert.Equal("true", arguments.Targets[1]["up"]);
    }

    private static SampleComponent.Arguments Decode(params object[] parts)
    {
        var diagnostics = new DiagnosticBag();
        SampleComponent.Arguments? arguments = SampleComponentArgumentsCodec.Decode(Config.Block("sample.component", parts), diagnostics);
        Assert.Empty(diagnostics);
        return arguments!;
    }

    private static string[] Messages(params object[] parts)
    {
        var diagnostics = new DiagnosticBag();
        Assert.Null(SampleComponentArgumentsCodec.Decode(Config.Block("sample.component", parts), diagnostics));
        return [.. diagnostics.Select(static found => found.Help is null ? found.Message : $"{found.Message} ({found.Help})")];
    }
}
