using System.Threading.Channels;
using Agent.Components.Common.Http;
using Agent.Sdk;
using Agent.Sdk.Declarations;
using Agent.Sdk.Decoding;
using Agent.Sdk.RemoteConfiguration;

namespace Agent.Components.RemoteConfig;

/// <summary>The <c>remotecfg</c> block: fetches a second configuration from a server of the alloy-remote-config API, and runs it apart from the first.</summary>
/// <param name="context">The block's place.</param>
/// <param name="graph">Runs what the server sends.</param>
/// <param name="version">The agent's version, which the server is told.</param>
public sealed class RemoteConfigBlock(ComponentContext context, IRemoteGraph graph, string version) : IComponent<RemoteConfigBlock.Arguments>
{
    private const string Reserved = "collector.";

    /// <summary>Nobody waits longer for a server that is to be told of the end.</summary>
    private static readonly TimeSpan DepartureLimit = TimeSpan.FromSeconds(1);

    [ConfigBlock("remotecfg")]
    public sealed record Arguments : IValidated
    {
        /// <summary>The address of the API to poll for configuration. Without one the block has no effect.</summary>
        public string Url { get; init; } = "";

        /// <summary>A self-reported ID. By default a random one that is kept in the storage folder.</summary>
        public string? Id { get; init; }

        /// <summary>A human-readable name for the collector.</summary>
        public string Name { get; init; } = "";

        /// <summary>A set of self-reported attributes.</summary>
        public ValueMap<string> Attributes { get; init; } = ValueMap<string>.Empty;

        /// <summary>How often to poll the API for configuration updates.</summary>
        public TimeSpan PollFrequency { get; init; } = TimeSpan.FromMinutes(1);

        [Flatten] public HttpClientOptions Http { get; init; } = new();

        public void Validate(ValidationContext context)
        {
            if (PollFrequency < TimeSpan.FromSeconds(10))
            {
                context.Error("poll_frequency", $"poll_frequency must be at least \"10s\", got \"{GoDuration.Format(PollFrequency)}\"");
            }
            if (Attributes.Keys.Any(static name => name.StartsWith(Reserved, StringComparison.Ordinal)))
            {
                context.Error("attributes", "\"collector\" is a reserved namespace for remotecfg attribute keys", "leave out keys that begin with \"collector.\"");
            }
            if (Url.Length > 0 && !(Uri.TryCreate(Url, UriKind.Absolute, out Uri? url) && url.Scheme is "http" or "https" && url.Host.Length > 0))
            {
                context.Error("url", $"cannot poll {Url}: it is no http or https URL with a host");
            }
        }
    }

    private readonly Channel<bool> _arrivals = Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });
    private Arguments _arguments = new();

    public ValueTask ApplyAsync(Arguments arguments, CancellationToken stop)
    {
        Volatile.Write(ref _arguments, arguments);
        _arrivals.Writer.TryWrite(true);
        return ValueTask.CompletedTask;
    }

    public async Task RunAsync(CancellationToken stop)
    {
        using var metrics = new RemoteConfigMetrics(context.Metrics.Registry);
        var services = new RemoteConfigServices(
            context, new RunningConfiguration(graph, metrics), new KeptConfiguration(context.StoragePath, context.Logger), metrics);
        try
        {
            while (!stop.IsCancellationRequested)
            {
                _arrivals.Reader.TryRead(out _);
                await FollowAsync(Volatile.Read(ref _arguments), services, stop);
            }
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            // What it ran goes with it.
        }
        finally
        {
            await services.Running.UnloadAsync();
        }
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    /// <summary>Polls until there are other arguments.</summary>
    private async Task FollowAsync(Arguments arguments, RemoteConfigServices services, CancellationToken stop)
    {
        if (arguments.Url.Length == 0)
        {
            await services.Running.UnloadAsync();
            context.ReportHealth(HealthState.Healthy, "no url is set: there is no remote configuration");
            await _arrivals.Reader.WaitToReadAsync(stop);
            return;
        }
        using var client = new CollectorClient(HttpClientBuilder.Build(arguments.Http, context.Time), arguments.Url, context.Time);
        var poll = new RemoteConfigPoll(client, Identity(arguments), Shown(arguments.Url), services);
        try
        {
            bool isFirst = true;
            do
            {
                await poll.PollAsync(isFirst, stop);
                isFirst = false;
            }
            while (!await HasArrivalAsync(arguments.PollFrequency, stop));
        }
        finally
        {
            if (stop.IsCancellationRequested)
            {
                await DepartAsync(poll);
            }
        }
    }

    private async Task DepartAsync(RemoteConfigPoll poll)
    {
        using var limit = new CancellationTokenSource(DepartureLimit, context.Time);
        try
        {
            await poll.DepartAsync(limit.Token);
        }
        catch (OperationCanceledException)
        {
            // The server will see that nobody asks any more.
        }
    }

    /// <summary>True where new arguments ended the wait.</summary>
    private async Task<bool> HasArrivalAsync(TimeSpan wait, CancellationToken stop)
    {
        using var elapsed = new CancellationTokenSource(wait, context.Time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(stop, elapsed.Token);
        try
        {
            return await _arrivals.Reader.WaitToReadAsync(either.Token);
        }
        catch (OperationCanceledException) when (!stop.IsCancellationRequested)
        {
            return false;
        }
    }

    private CollectorIdentity Identity(Arguments arguments)
    {
        string storage = Path.GetDirectoryName(Path.GetFullPath(context.StoragePath)) ?? context.StoragePath;
        string id = arguments.Id ?? new CollectorSeed(storage, context.Time, context.Logger).Id(version);
        IEnumerable<KeyValuePair<string, string>> attributes =
        [
            new(Reserved + "os", OperatingSystem.IsWindows() ? "windows" : OperatingSystem.IsMacOS() ? "darwin" : "linux"),
            new(Reserved + "version", version),
            .. arguments.Attributes,
        ];
        return new CollectorIdentity(id, arguments.Name, [.. attributes.OrderBy(static one => one.Key, StringComparer.Ordinal)]);
    }

    /// <summary>Without a password, since it shows in logs and is kept on disk.</summary>
    private static string Shown(string url) =>
        UrlUser.Without(new Uri(url));
}
