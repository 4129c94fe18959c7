using Agent.Conversion.Blocks;
using Agent.Conversion.Diagnostics;

namespace Agent.Conversion.Prometheus;

/// <summary>The components of a pipeline of metrics, kept apart so that each kind stands together in the file.</summary>
internal sealed class PrometheusBlocks
{
    public List<AlloyBlock> Discovery { get; } = [];

    public List<AlloyBlock> DiscoveryRelabel { get; } = [];

    /// <summary>Scrapes with the name of the job each is from.</summary>
    public List<(AlloyBlock Block, string Job)> Scrape { get; } = [];

    public List<AlloyBlock> Relabel { get; } = [];

    /// <summary>With the number and the names of the sections each is from.</summary>
    public List<(AlloyBlock Block, int Count, string Names)> RemoteWrite { get; } = [];

    public void AddTo(AlloyFile file)
    {
        IEnumerable<AlloyBlock> all = Discovery.Concat(DiscoveryRelabel).Concat(Scrape.Select(static scrape => scrape.Block))
            .Concat(Relabel).Concat(RemoteWrite.Select(static write => write.Block));
        foreach (AlloyBlock block in all)
        {
            file.Add(block);
        }
    }

    /// <summary>Tells what became of each job.</summary>
    public void Describe(Findings findings)
    {
        foreach ((AlloyBlock scrape, string job) in Scrape)
        {
            IEnumerable<AlloyBlock> parts = Discovery.Concat(DiscoveryRelabel).Concat(Relabel)
                .Where(block => block.Label.StartsWith(scrape.Label, StringComparison.Ordinal))
                .Prepend(scrape);
            findings.Add(
                ConversionSeverity.Info, $"Converted scrape_configs job_name \"{job}\" into...",
                string.Join('\n', parts.Select(static block => $"\tA {block.Reference} component")));
        }
        foreach ((AlloyBlock write, int count, string names) in RemoteWrite)
        {
            findings.Add(
                ConversionSeverity.Info, $"Converted {count} remote_write[s] \"{names}\" into...", $"\tA {write.Reference} component");
        }
    }
}
