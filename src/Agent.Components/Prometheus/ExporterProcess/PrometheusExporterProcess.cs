using Agent.Components.Prometheus.Exporter;
using Agent.Sdk;
using Agent.Sdk.Declarations;
using Agent.Sdk.Http;
using Agent.Telemetry;

namespace Agent.Components.Prometheus.ExporterProcess;

/// <summary>Exposes what groups of processes use, as process-exporter does.</summary>
/// <example>prometheus.exporter.process "demo" {
///   track_children = false
///
///   matcher {
///     comm = ["alloy"]
///   }
/// }</example>
[Component("prometheus.exporter.process")]
public sealed class PrometheusExporterProcess(ComponentContext context) : IComponent<PrometheusExporterProcess.Arguments>, IHttpHandler
{
    private readonly ExporterTargets _targets = new(context, "process");
    private ProcessPage? _page;

    public sealed record Arguments
    {
        /// <summary>Which processes form which group; the first matcher that takes a process counts. Without any, none is reported.</summary>
        [Block] public ValueList<MatcherOptions> Matcher { get; init; } = [];

        /// <summary>Where the kernel shows its processes.</summary>
        public string ProcfsPath { get; init; } = "/proc";

        /// <summary>Whether children of a process in a group belong to it too, unless a matcher takes them.</summary>
        public bool TrackChildren { get; init; } = true;

        /// <summary>Whether to report threads by name.</summary>
        public bool TrackThreads { get; init; } = true;

        /// <summary>Whether to report proportional shares of memory, which the kernel works out at some cost.</summary>
        public bool GatherSmaps { get; init; } = true;

        /// <summary>Whether each scrape asks the matchers again about processes that none of them took: they may have changed their name.</summary>
        public bool RecheckOnScrape { get; init; }

        /// <summary>Whether a group without processes is forgotten; else it stays, with the counts of those that ended.</summary>
        public bool RemoveEmptyGroups { get; init; }
    }

    /// <param name="Targets">The metrics of the processes, to be scraped.</param>
    public sealed record Exports(ValueList<Target> Targets);

    public ValueTask ApplyAsync(Arguments arguments, CancellationToken stop)
    {
        var page = new ProcessPage(arguments, context);
        if (!page.TryBegin())
        {
            page.Dispose();
            throw new ComponentException($"cannot read the processes in {arguments.ProcfsPath}: it must hold the folders of processes and a stat file");
        }
        Use(page);
        context.Export(new Exports(_targets.One()));
        return ValueTask.CompletedTask;
    }

    public Task RunAsync(CancellationToken stop) => Task.CompletedTask;

    public ValueTask HandleAsync(LocalRequest request, LocalReply reply, CancellationToken stop) =>
        ExporterPage.HandleAsync(Volatile.Read(ref _page)!, request, reply, stop);

    public ValueTask DisposeAsync()
    {
        Use(null);
        return ValueTask.CompletedTask;
    }

    // A scrape in progress ends with the processes it began with.
    private void Use(ProcessPage? page) => _ = Interlocked.Exchange(ref _page, page)?.CloseAsync();
}
