namespace Agent.Components.Prometheus.ExporterUnix;

/// <summary>One collector of host metrics. Called once a scrape, never twice at once.</summary>
internal interface IUnixCollector
{
    /// <summary>Writes what it finds. Throws <see cref="CollectorException"/> or an I/O error when it cannot do its work.</summary>
    void Collect(CollectorScrape scrape);
}

/// <summary>What a collector works with during one scrape.</summary>
internal sealed class CollectorScrape(HostFiles files, FamilyWriter output, NameCache names, TimeProvider time)
{
    public HostFiles Files { get; } = files;

    public FamilyWriter Output { get; } = output;

    /// <summary>Strings for label values, without allocating those seen before.</summary>
    public NameCache Names { get; } = names;

    public TimeProvider Time { get; } = time;

    /// <summary>Why the current collector found nothing to report; null when it did.</summary>
    public string? Missing { get; private set; }

    /// <summary>Reports that the host has nothing of the kind: no error, yet no success.</summary>
    public void NoData(string reason) => Missing = reason;

    /// <summary>What went wrong although the collector could do its work: it counts as a success.</summary>
    public string? Warning { get; private set; }

    public void Warn(string what) => Warning = what;

    public void Begin()
    {
        Missing = null;
        Warning = null;
    }
}
