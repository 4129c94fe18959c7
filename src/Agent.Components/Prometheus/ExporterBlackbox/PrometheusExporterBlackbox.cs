using Agent.Components.Prometheus.Exporter;
using Agent.Components.Prometheus.ExporterBlackbox.Modules;
using Agent.Components.Prometheus.ExporterBlackbox.Probing;
using Agent.Sdk;
using Agent.Sdk.Declarations;
using Agent.Sdk.Decoding;
using Agent.Sdk.Http;
using Agent.Telemetry;
using Microsoft.Extensions.Logging;

namespace Agent.Components.Prometheus.ExporterBlackbox;

/// <summary>Probes endpoints over HTTP, HTTPS, DNS, TCP, ICMP and gRPC, as the Prometheus blackbox exporter does.</summary>
/// <example>
/// prometheus.exporter.blackbox "default" {
///   config = "{ modules: { http_2xx: { prober: http, timeout: 5s } } }"
///
///   target {
///     name    = "example"
///     address = "https://example.com"
///     module  = "http_2xx"
///   }
/// }
/// </example>
[Component("prometheus.exporter.blackbox")]
public sealed partial class PrometheusExporterBlackbox : IComponent<PrometheusExporterBlackbox.Arguments>, IHttpHandler
{
    private static readonly string[] OwnLabels = ["name", "address", "__address__", "module"];

    private readonly ComponentContext _context;
    private readonly ILogger _logger;
    private readonly ProbeServices _services;

    // Read once per request: ApplyAsync may swap it meanwhile.
    private volatile BlackboxPage? _page;

    public PrometheusExporterBlackbox(ComponentContext context)
    {
        _context = context;
        _logger = context.Logger;
        _services = new ProbeServices(context.Time, static (host, stop) => System.Net.Dns.GetHostAddressesAsync(host, stop));
    }

    public sealed record Arguments : IValidated
    {
        /// <summary>File that holds the configuration of the blackbox exporter: its modules, as YAML. Read when the component is configured.</summary>
        public string ConfigFile { get; init; } = "";

        /// <summary>The configuration of the blackbox exporter itself: its modules, as YAML.</summary>
        public OptionalSecret Config { get; init; } = new("", false);

        /// <summary>Time cut from the scrape's timeout, so that a probe ends before the scrape is given up.</summary>
        public TimeSpan ProbeTimeoutOffset { get; init; } = TimeSpan.FromMilliseconds(500);

        /// <summary>Targets from other components: `name`, `address` (or `__address__`), `module`, and labels to add.</summary>
        public ValueList<Target> Targets { get; init; } = [];

        /// <summary>A target to probe. Repeat the block for several.</summary>
        [Block(Name = "target")]
        public ValueList<ProbeTarget> TargetBlocks { get; init; } = [];

        public void Validate(ValidationContext context)
        {
            if (ConfigFile.Length > 0 && Config.Value.Length > 0)
            {
                context.Error("config_file", "config and config_file are mutually exclusive");
            }
            if (ConfigFile.Length == 0 && Config.Value.Length == 0)
            {
                context.Error("config or config_file must be set");
            }
            if (ModuleSet.Parse(Config.Value, out string error) is null)
            {
                context.Error("config", $"invalid blackbox_exporter config: {error}");
            }
            if (TargetBlocks.Count > 0 && Targets.Count > 0)
            {
                context.Error("targets", "the block `target` and the attribute `targets` are mutually exclusive");
            }
            foreach (Target target in Targets)
            {
                if (!target.Labels.Contains("name"))
                {
                    context.Error("targets", "all targets must have a `name`");
                }
                if (!target.Labels.Contains("address") && !target.Labels.Contains("__address__"))
                {
                    context.Error("targets", "all targets must have an `address` or an `__address__` label");
                }
            }
            if (TargetBlocks.Any(static target => target.Name.Length == 0 || target.Address.Length == 0))
            {
                context.Error("target", "failed to load blackbox_targets; the `name` and `address` fields are mandatory");
            }
        }
    }

    /// <summary>One target.</summary>
    public sealed record ProbeTarget
    {
        /// <summary>Name of the target, which becomes part of its `job` label.</summary>
        public required string Name { get; init; }

        /// <summary>What to probe: a URL, a host with its port, a host, whatever the module takes.</summary>
        public required string Address { get; init; }

        /// <summary>Module to probe with; `http_2xx` where empty.</summary>
        public string Module { get; init; } = "";

        /// <summary>Labels to add to the target; those that the component sets itself win.</summary>
        public ValueMap<string> Labels { get; init; } = ValueMap<string>.Empty;
    }

    /// <param name="Targets">One target for each that is probed: a scrape of it is a probe.</param>
    public sealed record Exports(ValueList<Target> Targets);

    public ValueTask ApplyAsync(Arguments arguments, CancellationToken stop)
    {
        ModuleSet modules = Load(arguments);
        foreach (ProbeModule module in modules.Modules.Where(static module => module.Http.Client.HasProxyHeaders))
        {
            LogProxyHeaders(module.Name);
        }
        _page = new BlackboxPage(modules, arguments.ProbeTimeoutOffset, _services, _context.Logger);
        LabelSet labels = new ExporterTargets(_context, "blackbox").Labels(_context.GlobalId);
        IEnumerable<Target> targets = arguments.TargetBlocks.Count > 0
            ? arguments.TargetBlocks.Select(target => Exported(labels, target))
            : arguments.Targets.Select(target => Exported(labels, FromLabels(target)));
        _context.Export(new Exports([.. targets]));
        return ValueTask.CompletedTask;
    }

    public Task RunAsync(CancellationToken stop) => Task.CompletedTask;

    public ValueTask HandleAsync(LocalRequest request, LocalReply reply, CancellationToken stop)
    {
        if (_page is { } page)
        {
            return ExporterPage.HandleAsync(page, request, reply, stop);
        }
        reply.Text(503, "the component is not configured yet");
        return ValueTask.CompletedTask;
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    private static ModuleSet Load(Arguments arguments)
    {
        string text = arguments.Config.Value;
        if (arguments.ConfigFile.Length > 0)
        {
            try
            {
                text = File.ReadAllText(arguments.ConfigFile);
            }
            catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
            {
                throw new ComponentException(
                    $"failed to load blackbox config from file {arguments.ConfigFile}: error reading config file: {exception.Message}", exception);
            }
        }
        return ModuleSet.Parse(text, out string error) ?? throw new ComponentException(
            $"failed to load blackbox config from file {arguments.ConfigFile}: error parsing config file: {error}");
    }

    private static ProbeTarget FromLabels(Target target)
    {
        string address = target.Labels.Contains("address") ? target["address"] : target["__address__"];
        return new ProbeTarget
        {
            Name = target["name"],
            Address = address,
            Module = target["module"],
            Labels = new ValueMap<string>([.. target.Labels
                .Where(static label => !OwnLabels.Contains(label.Name))
                .Select(static label => new KeyValuePair<string, string>(label.Name, label.Value))]),
        };
    }

    private static Target Exported(LabelSet own, ProbeTarget target)
    {
        var labels = new LabelSetBuilder();
        foreach ((string name, string value) in target.Labels)
        {
            labels.Set(name, value);
        }
        foreach (Label label in own)
        {
            labels.Set(label.Name, label.Value);
        }
        labels.Set("job", $"{own["job"]}/{target.Name}");
        labels.Set("__param_target", target.Address);
        if (target.Module.Length > 0)
        {
            labels.Set("__param_module", target.Module);
        }
        return new Target(labels.ToLabelSet());
    }

    [LoggerMessage(LogLevel.Warning, "proxy_connect_header of module {Module} is not honoured: the proxy is asked with the standard headers only")]
    private partial void LogProxyHeaders(string module);
}
