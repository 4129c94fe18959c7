using Agent.Conversion.Blocks;
using Agent.Conversion.Discovery;
using Agent.Conversion.Shared;
using Agent.Syntax;

namespace Agent.Conversion.Prometheus;

/// <summary>Makes the components that discover, scrape, relabel and send the metrics of jobs.</summary>
internal sealed class MetricsPipeline
{
    public PrometheusBlocks Blocks { get; } = new();

    /// <summary>Adds <c>prometheus.remote_write</c> where there is something to write to.</summary>
    /// <returns>Its receiver, which may stay undefined.</returns>
    public string AddRemoteWrite(IReadOnlyDictionary<string, string> externalLabels, IReadOnlyList<RemoteWriteSection> sections, string label)
    {
        var block = new AlloyBlock("prometheus.remote_write", label);
        if (sections.Count > 0)
        {
            RemoteWriteBlock.Write(externalLabels, sections, block.Body);
            Blocks.RemoteWrite.Add((block, sections.Count, string.Join(',', sections.Select(static section => section.Name))));
        }
        return block.Reference + ".receiver";
    }

    /// <summary>Adds the components of one job.</summary>
    /// <param name="job">The job.</param>
    /// <param name="name">What labels are made from.</param>
    /// <param name="receiver">Where metrics go.</param>
    public void AddJob(ScrapeJob job, string name, string receiver)
    {
        string label = IdentifierText.Sanitize(name);
        if (job.MetricRules.Count > 0)
        {
            var relabel = new AlloyBlock("prometheus.relabel", label);
            relabel.Body.Raw("forward_to", $"[{receiver}]");
            RelabelRules.Write(job.MetricRules, relabel.Body);
            Blocks.Relabel.Add(relabel);
            receiver = relabel.Reference + ".receiver";
        }
        var scrape = new AlloyBlock("prometheus.scrape", label);
        ScrapeBlock.Write(job, Targets(job, label), receiver, scrape.Body);
        Blocks.Scrape.Add((scrape, job.Name));
    }

    private string Targets(ScrapeJob job, string label)
    {
        List<string> lists = TargetLists.Discovered(job.From, label, DiscoveryKind.All, Blocks.Discovery);
        lists.AddRange(TargetLists.Static(job.From, null).Select(static target => $"[{AlloyText.Of(target)}]"));
        lists.AddRange(job.ExtraTargets);
        string targets = AlloyText.Concat(lists);
        if (job.Rules.Count == 0)
        {
            return targets;
        }
        var relabel = new AlloyBlock("discovery.relabel", label);
        relabel.Body.Raw("targets", targets);
        RelabelRules.Write(job.Rules, relabel.Body);
        Blocks.DiscoveryRelabel.Add(relabel);
        return relabel.Reference + ".output";
    }
}
