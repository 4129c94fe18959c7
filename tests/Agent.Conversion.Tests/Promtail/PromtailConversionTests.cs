namespace Agent.Conversion.Tests.Promtail;

public sealed class PromtailConversionTests
{
    private const string Quiet = "tracing: {enabled: false}\nserver: {register_instrumentation: false}\n";

    [Fact]
    public void Stages_that_make_metrics_are_sorted_by_name() => AssertHas(
        Stages("""
            - metrics:
                requests: {type: Counter, description: All, source: r, max_idle_duration: 10m, config: {match_all: true, action: inc}}
                latency: {type: histogram, source: l, config: {buckets: [0.1, 1, 10]}}
                users: {type: gauge, config: {value: x, action: set}}
            """), """
            	stage.metrics {
            		metric.histogram {
            			name    = "latency"
            			source  = "l"
            			buckets = [0.1, 1, 10]
            		}

            		metric.counter {
            			name              = "requests"
            			description       = "All"
            			source            = "r"
            			max_idle_duration = "10m0s"
            			action            = "inc"
            			match_all         = true
            		}

            		metric.gauge {
            			name   = "users"
            			value  = "x"
            			action = "set"
            		}
            	}
            """);

    [Fact]
    public void Simple_stages_go_over_one_by_one() => AssertHas(
        Stages("""
            - regex: {expression: "(?P<a>x)", source: s}
            - replace: {expression: "x", replace: "y"}
            - labels: {a: , b: c}
            - multiline: {firstline: "^x"}
            - timestamp: {source: t, format: Unix}
            - tenant: {source: t}
            - pack: {labels: [a]}
            """), """
            	stage.regex {
            		expression = "(?P<a>x)"
            		source     = "s"
            	}

            	stage.replace {
            		expression = "x"
            		replace    = "y"
            	}

            	stage.labels {
            		values = {
            			a = null,
            			b = "c",
            		}
            	}

            	stage.multiline {
            		firstline = "^x"
            	}

            	stage.timestamp {
            		source = "t"
            		format = "Unix"
            	}

            	stage.tenant {
            		source = "t"
            	}

            	stage.pack {
            		labels           = ["a"]
            		ingest_timestamp = false
            	}
            """);

    [Theory]
    [InlineData("- nonsense: {a: b}", "(Error) The converter does not support converting the provided pipeline stage: map[nonsense:map[a:b]]")]
    [InlineData("- json: {source: 5}", "(Error) invalid pipeline stage config: map[source:5] - decoding failed due to the following error(s):\n\n'source' expected type 'string', got unconvertible type 'int', value: '5'")]
    [InlineData("- json: {sauce: x}", "(Warning) the field sauce of pipeline_stages.json is unknown and was left out")]
    [InlineData("- multiline: {firstline: x, max_wait_time: soon}", "(Error) invalid pipeline_stages.multiline.max_wait_time: soon")]
    [InlineData("- metrics: {a: {type: counter, config: {}}}", "(Error) failed to create counter metric process stage: counter action must be defined as either `inc` or `add`")]
    [InlineData("- docker", "(Critical) invalid input YAML config, make sure each stage of your pipeline is a YAML object (must end with a `:`), check stage `- docker`")]
    [InlineData("- {a: b, c: d}", "(Critical) each pipeline stage must contain exactly one key, got: map[a:b c:d]")]
    public void What_is_wrong_with_a_stage_is_told(string stage, string finding) =>
        Assert.Equal([finding], Converting.From("promtail", Pipeline(stage)).Diagnostics.Select(static found => found.ToString()));

    [Fact]
    public void Text_stands_for_numbers_where_promtail_takes_it() => AssertHas(
        Stages("- limit: {rate: \"5\", burst: \"10\", drop: \"true\"}"), "\t\trate  = 5\n\t\tburst = 10\n\t\tdrop  = true\n");

    [Fact]
    public void Sources_without_files_go_over()
    {
        string text = Convert("""
            clients: [{url: http://l/push}]
            scrape_configs:
              - job_name: k
                kafka:
                  brokers: [b:9092]
                  topics: [t]
                  labels: {a: b}
                  authentication: {type: sasl, sasl_config: {mechanism: SCRAM-SHA-512, user: u, password: p, use_tls: true}}
              - job_name: g
                gelf: {use_incoming_timestamp: true}
              - job_name: e
                azure_event_hubs: {fully_qualified_namespace: n, event_hubs: [h], connection_string: c, group_id: me}
            """);

        AssertHas(text, """
            loki.source.kafka "k" {
            	brokers  = ["b:9092"]
            	topics   = ["t"]
            	group_id = "promtail"

            	authentication {
            		type = "sasl"

            		sasl_config {
            			mechanism = "SCRAM-SHA-512"
            			user      = "u"
            			password  = "p"
            			use_tls   = true
            		}
            	}
            	labels = {
            		a = "b",
            	}
            	forward_to    = [loki.write.default.receiver]
            	relabel_rules = null
            }
            """);
        AssertHas(text, "loki.source.gelf \"g\" {\n\tuse_incoming_timestamp = true\n\trelabel_rules          = null\n");
        AssertHas(text, "\tgroup_id      = \"me\"\n\trelabel_rules = null\n");
    }

    [Fact]
    public void A_client_of_old_configurations_comes_last()
    {
        string text = Convert("client: {url: http://old/push}\nclients: [{url: http://new/push}]\n");

        AssertHas(text, "loki.write \"default\" {\n\tendpoint {\n\t\turl = \"http://new/push\"");
        AssertHas(text, "loki.write \"default_2\" {\n\tendpoint {\n\t\turl = \"http://old/push\"");
    }

    [Theory]
    [InlineData("scrape_configs: [{}]", "job_name is empty")]
    [InlineData("scrape_configs: [{job_name: a}, {job_name: a}]", "found multiple scrape configs with job name \"a\"")]
    [InlineData("limits_config: {max_line_size: big}", "strconv.UnmarshalText: parsing \"BIG\": invalid syntax")]
    [InlineData("positions: {sync_period: soon}\ntarget_config: {sync_period: soon}", "yaml: unmarshal errors:\n  line 2: cannot unmarshal !!str `soon` into time.Duration")]
    public void What_promtail_refuses_is_refused_in_its_words(string yaml, string error) =>
        Assert.Equal("failed to parse Promtail config: " + error, Converting.Failure(Converting.From("promtail", yaml)));

    [Fact]
    public void A_wrong_age_of_the_journal_is_left_out_with_an_error()
    {
        ConversionResult result = Converting.From("promtail", Quiet + "scrape_configs: [{job_name: j, journal: {max_age: old, matches: _UID=0}}]");

        Assert.Equal(
            "(Error) failed to parse max_age duration for journal config: time: invalid duration \"old\", will use default",
            Assert.Single(result.Diagnostics).ToString());
        AssertHas(Converting.Text(result), "loki.source.journal \"j\" {\n\trelabel_rules = null\n\tmatches       = \"_UID=0\"\n");
    }

    [Fact]
    public void A_subscription_is_pulled_or_pushed() => Assert.Equal(
        "(Error) gcplog.subscription_type must be one of 'pull' or 'push'",
        Assert.Single(Converting.From(
            "promtail", Quiet + "scrape_configs: [{job_name: g, gcplog: {subscription_type: x, labels: {a: b}, use_full_line: true}}]").Diagnostics).ToString());

    [Fact]
    public void Nested_stages_have_an_end()
    {
        string yaml = Quiet + "scrape_configs: [{job_name: a, journal: {}, pipeline_stages: " + string.Concat(Enumerable.Repeat("[{match: {stages: ", 30))
            + "[]" + string.Concat(Enumerable.Repeat("}}]", 30)) + "}]";
        Assert.True(Converting.From("promtail", yaml).IsUsable(bypassErrors: false));
    }

    private static string Pipeline(string stages) =>
        Quiet + "scrape_configs:\n  - job_name: a\n    journal: {}\n    pipeline_stages:\n      " + stages.ReplaceLineEndings("\n").Replace("\n", "\n      ", StringComparison.Ordinal) + "\n";

    private static string Stages(string stages) => Converting.Text(Converting.From("promtail", Pipeline(stages)));

    private static string Convert(string yaml) => Converting.Text(Converting.From("promtail", Quiet + yaml));

    private static void AssertHas(string text, string part) => Assert.Contains(part.ReplaceLineEndings("\n"), text, StringComparison.Ordinal);
}
