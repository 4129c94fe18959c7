using System.Globalization;
using Agent.Sdk;
using Agent.Sdk.Metrics;
using Agent.Telemetry;
using Microsoft.Extensions.Logging;

namespace Agent.Components.Discovery.Dns;

/// <summary>Looks all names of discovery.dns up. A name whose lookup fails keeps its last targets.</summary>
internal sealed partial class DnsSearch(DiscoveryDns.Arguments arguments, DnsResolver resolver, ComponentContext context) : ITargetSearch
{
    private const int MostAtOnce = 16;

    private readonly ILogger _logger = context.Logger;
    private readonly Counter _lookups = context.Metrics.Counter("prometheus_sd_dns_lookups_total", "The number of DNS-SD lookups.");
    private readonly Counter _failures = context.Metrics.Counter(
        "prometheus_sd_dns_lookup_failures_total", "The number of DNS-SD lookup failures.");

    public async Task RefreshAsync(FoundTargets found, CancellationToken stop)
    {
        var names = arguments.Names.ToHashSet(StringComparer.Ordinal);
        foreach (string[] some in names.Chunk(MostAtOnce))
        {
            (string Name, List<Target> Targets, string? Problem)[] results = await Task.WhenAll(some.Select(name => LookUpAsync(name, stop)));
            foreach ((string name, List<Target> targets, string? problem) in results)
            {
                if (problem is null)
                {
                    found.Set(name, targets);
                }
                else
                {
                    LogFailed(name, problem);
                    found.Fail(name, problem);
                }
            }
        }
        found.KeepOnly(names);
    }

    public void Dispose()
    {
        // Holds nothing.
    }

    private async Task<(string Name, List<Target> Targets, string? Problem)> LookUpAsync(string name, CancellationToken stop)
    {
        _lookups.Increment();
        try
        {
            IReadOnlyList<DnsRecord> records = await resolver.LookUpAsync(name, arguments.Kind!.Value, stop);
            return (name, [.. records.Select(record => TargetOf(name, record))], null);
        }
        catch (Exception exception) when (exception is IOException or InvalidDataException or UnauthorizedAccessException)
        {
            _failures.Increment();
            return (name, [], exception.Message);
        }
    }

    private Target TargetOf(string name, DnsRecord record)
    {
        var labels = new LabelSetBuilder();
        labels.Set("__meta_dns_name", name);
        // Names lose the dot at their end in the address, to look as usual, and keep it in the other labels.
        labels.Set(
            TargetText.Address, TargetText.HostAndPort(record.Host.TrimEnd('.'), arguments.Kind == DnsType.SRV ? record.Port : arguments.Port));
        switch (arguments.Kind)
        {
            case DnsType.SRV:
                labels.Set("__meta_dns_srv_record_target", record.Host);
                labels.Set("__meta_dns_srv_record_port", record.Port.ToString(CultureInfo.InvariantCulture));
                break;
            case DnsType.MX:
                labels.Set("__meta_dns_mx_record_target", record.Host);
                break;
            case DnsType.NS:
                labels.Set("__meta_dns_ns_record_target", record.Host);
                break;
        }
        return new Target(labels.ToLabelSet());
    }

    [LoggerMessage(LogLevel.Warning, "cannot look up {Name}, its last targets stay: {Cause}")]
    private partial void LogFailed(string name, string cause);
}
