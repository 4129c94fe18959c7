using System.Text;
using Agent.Conversion.Blocks;
using Agent.Conversion.Diagnostics;
using Agent.Conversion.Static.Integrations;
using Agent.Conversion.Yaml;
using Agent.Syntax;

namespace Agent.Conversion.Static;

/// <summary>Converts the instances of the section <c>traces</c>, as far as OTLP goes.</summary>
internal sealed class StaticTraces
{
    private const string NotYet = "it is not supported yet.";

    private readonly YamlMap _from;
    private readonly string _label;
    private readonly Findings _findings;

    private StaticTraces(YamlMap from, string label, Findings findings)
    {
        _from = from;
        _label = label;
        _findings = findings;
    }

    public static void Append(YamlMap traces, StaticContext context)
    {
        IReadOnlyList<YamlMap> instances = traces.Maps("configs", "traces.InstanceConfig");
        foreach (YamlMap instance in instances)
        {
            string label = ComponentLabel.Of(instances.Count > 1 ? instance.Text("name") : "", "default");
            instance.Expect("name");
            new StaticTraces(instance, IdentifierText.Sanitize(label), context.Findings).Append(context.File);
        }
    }

    private void Append(AlloyFile file)
    {
        Validate();
        IReadOnlyList<YamlMap> writes = _from.Maps("remote_write", "traces.RemoteWriteConfig");
        List<AlloyBlock> exporters = [.. Enumerable.Range(0, writes.Count).Select(i => Exporter(writes[i], i)).OfType<AlloyBlock>()];
        string next = AlloyText.List(exporters.Select(static exporter => exporter.Reference + ".input"));
        var processors = new List<AlloyBlock>();
        next = Put(Batch(next), processors, next);
        next = Put(Attributes(next), processors, next);
        if (Receiver(next) is { } receiver)
        {
            file.Add(receiver);
        }
        processors.Reverse();
        processors.ForEach(file.Add);
        exporters.ForEach(file.Add);
    }

    private static string Put(AlloyBlock? processor, List<AlloyBlock> processors, string next)
    {
        if (processor is null)
        {
            return next;
        }
        processors.Add(processor);
        return $"[{processor.Reference}.input]";
    }

    private void Validate()
    {
        foreach (string name in (ReadOnlySpan<string>)["scrape_configs", "tail_sampling", "load_balancing", "jaeger_remote_sampling"])
        {
            _findings.Unsupported(_from.Has(name), $"traces {name}", NotYet);
        }
        _from.Expect("prom_sd_operation_type", "prom_sd_pod_associations");
        if (_from.Get("service_graphs") is { } graphs && YamlMap.Of(graphs, "traces.serviceGraphsConfig", _from.Problems) is var section)
        {
            section.Expect("wait", "max_items");
            if (section.Flag("enabled"))
            {
                _findings.Error(
                    "The service_graphs processor for traces has no direct Alloy equivalent. This configuration appends metrics to the /metrics "
                    + "endpoint of the agent which is not possible in Alloy. Alternatively, you can use the otelcol.connector.servicegraph "
                    + "component to build a pipeline which generates and forwards service graph metrics.");
            }
        }
        if (_from.Has("automatic_logging"))
        {
            _findings.Error(
                "automatic_logging for traces has no direct Alloy equivalent. A best effort translation can be made which only outputs to stdout "
                + "and not directly to loki by bypassing errors.");
        }
        if (_from.Get("spanmetrics") is { } metrics)
        {
            bool endpoint = metrics.Fields.Any(static field => field.Key == "handler_endpoint" && field.Value.Text.Length > 0);
            _findings.Error(endpoint
                ? "Cannot convert using configuration including spanmetrics handler_endpoint. No equivalent exists for exposing a known /metrics "
                    + "endpoint. You can use metrics_instance instead to enabled conversion."
                : $"The converter does not support converting the provided traces spanmetrics config: {NotYet}");
        }
    }

    private AlloyBlock? Receiver(string next)
    {
        IReadOnlyList<YamlField> receivers = _from.Fields("receivers");
        if (receivers.Count == 0)
        {
            _findings.Critical("failed to load otelConfig from agent traces config: must have at least one configured receiver");
        }
        AlloyBlock? block = null;
        foreach (YamlField receiver in receivers)
        {
            if (receiver.Key != "otlp")
            {
                _findings.Unsupported(true, $"traces {receiver.Key} receiver", NotYet);
                continue;
            }
            block = new AlloyBlock("otelcol.receiver.otlp", _label);
            YamlMap protocols = YamlMap.Of(receiver.Value, "otlpreceiver.Config", _from.Problems).MapOrEmpty("protocols", "otlpreceiver.Protocols");
            Protocol(protocols, "grpc", "localhost:4317", block.Body);
            Protocol(protocols, "http", "localhost:4318", block.Body);
            block.Body.Block("output").Raw("traces", next);
        }
        return block;
    }

    private void Protocol(YamlMap protocols, string name, string endpoint, AlloyBody to)
    {
        if (!protocols.IsWritten(name))
        {
            return;
        }
        YamlMap from = protocols.MapOrEmpty(name, "otlpreceiver.Config");
        AlloyBody block = to.Block(name);
        block.Text("endpoint", from.Text("endpoint", endpoint), name == "grpc" ? "0.0.0.0:4317" : "0.0.0.0:4318");
        block.Flag("include_metadata", from.Flag("include_metadata", true));
        if (name == "http")
        {
            block.Duration("idle_timeout", TimeSpan.Zero);
            block.Duration("write_timeout", TimeSpan.Zero);
            block.Duration("read_header_timeout", TimeSpan.Zero);
        }
        foreach (YamlField other in from.Node.Fields.Where(static field => field.Key is not ("endpoint" or "include_metadata")))
        {
            from.Expect(other.Key);
            _findings.Unsupported(true, $"traces otlp receiver {name} {other.Key}", NotYet);
        }
    }

    private AlloyBlock? Attributes(string next)
    {
        if (_from.Map("attributes", "attributesprocessor.Config") is not { } from)
        {
            return null;
        }
        var block = new AlloyBlock("otelcol.processor.attributes", _label);
        foreach (YamlMap action in from.Maps("actions", "attraction.ActionKeyValue"))
        {
            AlloyBody body = block.Body.Block("action");
            body.Text("key", action.Text("key"));
            if (action.Get("value") is { } value)
            {
                body.Raw("value", Typed(value, action));
            }
            FieldList.Copy("pattern from_attribute from_context converted_type action:r", action, body);
        }
        _findings.Unsupported(from.Has("include") || from.Has("exclude"), "traces attributes include or exclude", NotYet);
        block.Body.Block("output").Raw("traces", next);
        return block;
    }

    private static string Typed(YamlNode value, YamlMap action) => value.Kind switch
    {
        YamlKind.Bool => AlloyText.Of(YamlScalar.TryBool(value.Text, out bool truth) && truth),
        YamlKind.Int when YamlScalar.TryInt(value.Text, out long whole) => AlloyText.Of(whole),
        YamlKind.Float when YamlScalar.TryFloat(value.Text, out double number) => AlloyText.Of(number),
        _ => AlloyText.Of(action.TextOf(value)),
    };

    private AlloyBlock? Batch(string next)
    {
        if (_from.Map("batch", "batchprocessor.Config") is not { } from)
        {
            return null;
        }
        var block = new AlloyBlock("otelcol.processor.batch", _label);
        FieldList.Copy("timeout:d send_batch_size:n send_batch_max_size:n metadata_keys:l metadata_cardinality_limit:n", from, block.Body);
        block.Body.Block("output").Raw("traces", next);
        return block;
    }

    private AlloyBlock? Exporter(YamlMap from, int index)
    {
        if (from.Text("endpoint").Length == 0)
        {
            _findings.Critical("failed to load otelConfig from agent traces config: must have a configured a backend endpoint");
        }
        if (from.Text("protocol", "grpc") != "grpc" || from.Text("format", "otlp") != "otlp" || from.Has("oauth2"))
        {
            from.ExpectAll();
            _findings.Unsupported(true, "traces remote_write with protocol http, format jaeger or oauth2", NotYet);
            return null;
        }
        var block = new AlloyBlock("otelcol.exporter.otlp", ComponentLabel.Of(_label, AlloyText.Of(index)));
        if (from.Map("sending_queue", "exporterhelper.QueueConfig") is { } queue)
        {
            FieldList.Copy("enabled:b num_consumers:n queue_size:n", queue, block.Body.Block("sending_queue"));
        }
        YamlMap retry = from.MapOrEmpty("retry_on_failure", "configretry.BackOffConfig");
        FieldList.Copy(
            "enabled:b initial_interval:d randomization_factor:f multiplier:f max_interval:d max_elapsed_time:d!\"1m0s\"", retry,
            block.Body.Block("retry_on_failure"));
        WriteClient(from, block.Body.Block("client"));
        return block;
    }

    private static void WriteClient(YamlMap from, AlloyBody to)
    {
        to.Text("endpoint", from.Text("endpoint"));
        to.Text("compression", from.Text("compression"));
        AlloyBody tls = to.BlockIfAny("tls");
        bool insecure = from.Flag("insecure");
        YamlMap settings = from.MapOrEmpty("tls_config", "config.plain");
        settings.Expect("ca", "cert", "key", "server_name", "min_version", "max_version");
        foreach (string name in (ReadOnlySpan<string>)["ca_file", "cert_file", "key_file"])
        {
            tls.Text(name, insecure ? "" : settings.Text(name));
        }
        tls.Flag("insecure", insecure);
        tls.Flag("insecure_skip_verify", !insecure && settings.Flag("insecure_skip_verify", from.Flag("insecure_skip_verify")));
        SortedDictionary<string, string> headers = from.TextMap("headers");
        if (from.Map("basic_auth", "config.plain") is { } basic)
        {
            byte[] pair = Encoding.UTF8.GetBytes($"{basic.Text("username")}:{basic.Text("password")}");
            headers["authorization"] = "Basic " + Convert.ToBase64String(pair);
        }
        to.TextMap("headers", headers);
    }
}
