using Agent.Conversion.Blocks;
using Agent.Conversion.Discovery;
using Agent.Conversion.Promtail.Sources;
using Agent.Conversion.Promtail.Stages;
using Agent.Conversion.Shared;
using Agent.Conversion.Yaml;
using Agent.Syntax;

namespace Agent.Conversion.Promtail;

/// <summary>Makes the components of one scrape config of logs. Those that several sources share are made when the first one asks.</summary>
internal sealed class LogScrape
{
    // Promtail watches only pods of its own node.
    private const string OwnNode = "\"spec.nodeName=\" + coalesce(sys.env(\"HOSTNAME\"), constants.hostname)";

    private static readonly string[] Order =
    [
        "azure", "consul", "digitalocean", "dockerswarm", "dns", "ec2", "file", "gce", "kubernetes", "marathon", "nerve", "openstack", "serverset",
    ];

    private readonly YamlMap _from;
    private readonly LogSettings _settings;
    private readonly LogOutput _output;
    private readonly string _writers;
    private readonly List<string> _targets = [];
    private readonly IReadOnlyList<RelabelRule> _rules;
    private string? _receivers;
    private string? _relabel;
    private string? _lokiRelabel;

    public LogScrape(YamlMap from, LogSettings settings, string writers, LogOutput output)
    {
        from.Expect("job_name", "pipeline_stages", "encoding", "decompression");
        _from = from;
        _settings = settings;
        _writers = writers;
        _output = output;
        _rules = RelabelRules.Read(from, "relabel_configs");
        Label = ComponentLabel.Of(settings.LabelPrefix, IdentifierText.Sanitize(from.Text("job_name")));
    }

    /// <summary>The label of the components.</summary>
    public string Label { get; }

    public LogOutput Output => _output;

    /// <summary>Where sources send to: a list of receivers.</summary>
    public string Receivers => _receivers ??= AddProcess();

    /// <summary>Rules that sources apply themselves, or <c>null</c>.</summary>
    public string RelabelRulesExpression
    {
        get
        {
            AddDiscoveryRelabel();
            return _rules.Count == 0 ? "null" : _relabel + ".rules";
        }
    }

    /// <summary>Where sources without rules of their own send to.</summary>
    public string RelabelReceivers => _lokiRelabel ??= AddLokiRelabel();

    public void Append()
    {
        AddDiscovery();
        AddConsulAgents();
        AddFiles();
        LogSources.Append(_from, this);
        AddDocker();
    }

    private void AddDiscovery()
    {
        IEnumerable<DiscoveryKind> kinds = Order.Select(static name => DiscoveryKind.All.First(kind => kind.Name == name));
        IEnumerable<DiscoveryKind> triton = DiscoveryKind.All.Where(static kind => kind.Name == "triton");
        var blocks = new List<AlloyBlock>();
        _targets.AddRange(TargetLists.Discovered(_from, Label, kinds, blocks));
        List<SortedDictionary<string, string>> fixedTargets = TargetLists.Static(_from, "localhost");
        _targets.AddRange(TargetLists.Discovered(_from, Label, triton, blocks));
        if (fixedTargets.Count > 0)
        {
            _targets.Add(AlloyText.List(fixedTargets.Select(AlloyText.Of)));
        }
        AddOwnNode(blocks);
        blocks.ForEach(_output.File.Add);
        TargetLists.Validate(_from, kinds.Concat(triton), _output.Findings);
    }

    private void AddOwnNode(List<AlloyBlock> blocks)
    {
        var kubernetes = blocks.Where(static block => block.Name == "discovery.kubernetes").ToList();
        IReadOnlyList<YamlMap> sections = _from.Maps("kubernetes_sd_configs", "kubernetes.plain");
        for (int i = 0; i < Math.Min(kubernetes.Count, sections.Count); i++)
        {
            if (sections[i].Text("role") == "pod")
            {
                AlloyBody selector = kubernetes[i].Body.Block("selectors");
                selector.Text("role", "pod");
                selector.Raw("field", OwnNode);
            }
        }
    }

    private void AddConsulAgents()
    {
        int index = 0;
        foreach (YamlMap from in _from.Maps("consulagent_sd_configs", "consulagent.plain"))
        {
            var block = new AlloyBlock("discovery.consulagent", ComponentLabel.Numbered(index++, Label));
            LogSources.ConsulAgent(new DiscoverySection(from, block.Body), _output.Findings);
            _output.File.Add(block);
            _targets.Add(block.Reference + ".targets");
        }
    }

    private void AddFiles()
    {
        if (_targets.Count == 0)
        {
            return;
        }
        string receivers = Receivers;
        AddDiscoveryRelabel();
        AlloyBody to = _output.File.Add("loki.source.file", Label);
        to.Raw("targets", _rules.Count == 0 ? AlloyText.Concat(_targets) : _relabel + ".output");
        to.Raw("forward_to", receivers);
        to.Text("encoding", _from.Text("encoding"));
        if (_from.Map("decompression", "scrapeconfig.DecompressionConfig") is { Node.Fields.Count: > 0 } decompression)
        {
            AlloyBody block = to.Block("decompression");
            block.Flag("enabled", decompression.Flag("enabled"), omit: null);
            block.Duration("initial_delay", decompression.Duration("initial_delay", TimeSpan.Zero), TimeSpan.Zero);
            block.Text("format", decompression.Text("format"), omit: null);
        }
        AlloyBody watch = to.BlockIfAny("file_watch");
        watch.Duration("min_poll_frequency", _settings.Watch.Least, FileWatch.Usual);
        watch.Duration("max_poll_frequency", _settings.Watch.Most, FileWatch.Usual);
        AlloyBody match = to.Block("file_match");
        match.Flag("enabled", true);
        match.Duration("sync_period", _settings.SyncPeriod, TimeSpan.FromSeconds(10));
        to.Text("legacy_positions_file", _settings.PositionsFile);
    }

    private void AddDocker()
    {
        int index = 0;
        DiscoveryKind docker = DiscoveryKind.All.First(static kind => kind.Name == "docker");
        foreach (YamlMap from in _from.Maps(docker.Key, docker.Type))
        {
            var discovery = new AlloyBlock("discovery.docker", ComponentLabel.Numbered(index++, Label));
            docker.Write!(new DiscoverySection(from, discovery.Body));
            docker.Validate!(from, _output.Findings);
            _output.File.Add(discovery);
            string receivers = Receivers;
            string rules = RelabelRulesExpression;
            AlloyBody to = _output.File.Add("loki.source.docker", discovery.Label);
            to.Text("host", from.Text("host"), omit: null);
            to.Raw("targets", discovery.Reference + ".targets");
            to.Raw("forward_to", receivers);
            to.Raw("relabel_rules", rules);
            HttpClientSettings.Of(from).Write(to.BlockIfAny("http_client_config"));
            to.Duration("refresh_interval", from.PrometheusDuration("refresh_interval", TimeSpan.FromMinutes(1)), TimeSpan.FromMinutes(1));
        }
    }

    private string AddProcess()
    {
        IReadOnlyList<YamlNode> stages = _from.Items("pipeline_stages");
        if (stages.Count == 0 && !_settings.Limits.HasStages)
        {
            return _writers;
        }
        var block = new AlloyBlock("loki.process", Label);
        block.Body.Raw("forward_to", _writers);
        AddLimits(block.Body);
        new StageConverter(_output.Findings).Convert(stages, block.Body);
        _output.File.Add(block);
        return $"[{block.Reference}.receiver]";
    }

    // Limits come first, as promtail applies them to lines as they are read.
    private void AddLimits(AlloyBody to)
    {
        LineLimits limits = _settings.Limits;
        if (limits.RateEnabled)
        {
            AlloyBody limit = to.Block("stage.limit");
            limit.Float("rate", limits.Rate, omit: null);
            limit.Number("burst", limits.Burst, omit: null);
            limit.Flag("drop", limits.RateDrop);
        }
        if (limits.MaxLineSize > 0 && limits.Truncate)
        {
            to.Block("stage.truncate").Block("rule").Bytes("limit", limits.MaxLineSize);
        }
        else if (limits.MaxLineSize > 0)
        {
            to.Block("stage.drop").Bytes("longer_than", limits.MaxLineSize);
        }
    }

    private void AddDiscoveryRelabel()
    {
        if (_relabel is not null || _rules.Count == 0)
        {
            return;
        }
        var block = new AlloyBlock("discovery.relabel", Label);
        block.Body.Raw("targets", AlloyText.Concat(_targets));
        RelabelRules.Write(_rules, block.Body);
        _output.File.Add(block);
        _relabel = block.Reference;
    }

    private string AddLokiRelabel()
    {
        string receivers = Receivers;
        if (_rules.Count == 0)
        {
            return receivers;
        }
        var block = new AlloyBlock("loki.relabel", Label);
        block.Body.Raw("forward_to", receivers);
        RelabelRules.Write(_rules, block.Body);
        _output.File.Add(block);
        return $"[{block.Reference}.receiver]";
    }
}
