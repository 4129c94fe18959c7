using System.Threading.Channels;
using Agent.Sdk;
using Microsoft.Extensions.Logging;

namespace Agent.Components.Discovery.Consul;

/// <summary>Watches Consul for one set of arguments: the list of services, and each service.</summary>
internal sealed partial class ConsulRun(DiscoveryConsul.Arguments arguments, FoundTargets found, ComponentContext context) : IDisposable
{
    private static readonly TimeSpan RetryWait = TimeSpan.FromSeconds(15);

    // Hundreds of services that change at once must not mean hundreds of evaluations of what uses them.
    private static readonly TimeSpan ShortestPublish = TimeSpan.FromMilliseconds(250);

    private readonly ILogger _logger = context.Logger;
    private readonly ConsulClient _client = new(arguments, context);
    private readonly Dictionary<string, ConsulWatch> _watches = new(StringComparer.Ordinal);
    private readonly Channel<ConsulNews> _news = Channel.CreateBounded<ConsulNews>(64);

    public async Task RunAsync(CancellationToken stop)
    {
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(stop);
        var catalog = new ConsulWatch(_news.Writer, arguments.RefreshInterval, context.Time, ending.Token);
        try
        {
            var targets = new ConsulTargets(await DatacenterAsync(stop), arguments.TagSeparator);
            if (arguments.Services.Count == 0 || arguments.Tags.Count > 0)
            {
                catalog.Start<Dictionary<string, List<string>>>(
                    _client.ServicesAsync, (services, problem) => new ConsulNews.Services(services is null ? null : Wanted(services), problem));
            }
            else
            {
                await FollowAsync(arguments.Services.ToHashSet(StringComparer.Ordinal), ending.Token);
                found.Publish();
            }
            await TakeNewsAsync(targets, ending.Token);
        }
        finally
        {
            await ending.CancelAsync();
            await Task.WhenAll(_watches.Values.Select(static watch => watch.Run).Append(catalog.Run));
            catalog.Dispose();
            foreach (ConsulWatch watch in _watches.Values)
            {
                watch.Dispose();
            }
        }
    }

    public void Dispose() => _client.Dispose();

    private async Task<string> DatacenterAsync(CancellationToken stop)
    {
        while (arguments.Datacenter.Length == 0)
        {
            try
            {
                return await _client.DatacenterAsync(stop);
            }
            catch (Exception exception) when (exception is HttpRequestException or IOException or InvalidDataException)
            {
                Fail("", exception.Message);
                found.Publish();
            }
            await Task.Delay(RetryWait, context.Time, stop);
        }
        return arguments.Datacenter;
    }

    private HashSet<string> Wanted(Dictionary<string, List<string>> services) => services
        .Where(service => arguments.Services.Count == 0 || arguments.Services.Contains(service.Key))
        .Where(service => arguments.Tags.All(tag => service.Value?.Contains(tag) == true))
        .Select(static service => service.Key)
        .ToHashSet(StringComparer.Ordinal);

    private async Task TakeNewsAsync(ConsulTargets targets, CancellationToken stop)
    {
        while (await _news.Reader.WaitToReadAsync(stop))
        {
            while (_news.Reader.TryRead(out ConsulNews? news))
            {
                switch (news)
                {
                    case ConsulNews.Services { Names: { } names }:
                        await FollowAsync(names, stop);
                        break;
                    case ConsulNews.Services failed:
                        Fail("", failed.Problem);
                        break;
                    case ConsulNews.Instances instances when _watches.ContainsKey(instances.Service):
                        Take(instances, targets);
                        break;
                }
            }
            found.Publish();
            await Task.Delay(ShortestPublish, context.Time, stop);
        }
    }

    private void Take(ConsulNews.Instances instances, ConsulTargets targets)
    {
        if (instances.Entries is { } entries)
        {
            found.Set(instances.Service, [.. entries.Select(entry => targets.Of(instances.Service, entry))]);
        }
        else
        {
            Fail(instances.Service, instances.Problem);
        }
    }

    // What a watch that ends has written last is behind us in the channel, and is then of no service that is followed.
    private async Task FollowAsync(IReadOnlySet<string> services, CancellationToken stop)
    {
        foreach (string gone in _watches.Keys.Where(service => !services.Contains(service)).ToList())
        {
            _watches.Remove(gone, out ConsulWatch? watch);
            await watch!.EndAsync();
            watch.Dispose();
        }
        foreach (string service in services.Where(service => !_watches.ContainsKey(service)))
        {
            var watch = new ConsulWatch(_news.Writer, arguments.RefreshInterval, context.Time, stop);
            _watches.Add(service, watch);
            watch.Start<List<ConsulEntry>>(
                (index, cancelled) => _client.InstancesAsync(service, index, cancelled),
                (entries, problem) => new ConsulNews.Instances(service, entries, problem));
        }
        found.KeepOnly(services);
    }

    private void Fail(string service, string reason)
    {
        LogFailed(service, reason);
        found.Fail(service, reason);
    }

    [LoggerMessage(LogLevel.Warning, "cannot ask Consul, the last targets stay, service \"{Service}\": {Cause}")]
    private partial void LogFailed(string service, string cause);
}
