using System.Globalization;
using System.Net;
using System.Text.RegularExpressions;
using Agent.Testing;
using Agent.Testing.Kubernetes;

namespace Agent.EndToEnd.Kubernetes.Faults;

/// <summary>What a run is made of: a cluster that changes, an agent that watches it, and a sink for its events.</summary>
internal sealed partial class ApiFaultSetup : IAsyncDisposable
{
    /// <summary>More than the longest pause of an agent between two attempts, and a list.</summary>
    public static readonly TimeSpan CatchUp = TimeSpan.FromSeconds(45);

    private const string FirstToken = "token-0";
    private readonly Workspace _workspace = new();
    private readonly ClusterCertificates _certificates = new([IPAddress.Loopback]);

    private ApiFaultSetup()
    {
    }

    /// <summary>The components that ask the API server.</summary>
    public static IReadOnlyList<string> Components { get; } =
        [.. ShownTargets.Components.Select(static name => $"discovery.kubernetes.{name}"), "loki.source.kubernetes_events.cluster"];

    public FakeApiServer Api { get; private set; } = null!;

    public ServiceAccountFolder Account { get; private set; } = null!;

    public ChangingCluster Cluster { get; private set; } = null!;

    public LokiSink Loki { get; private set; } = null!;

    public RunningAgent Agent { get; private set; } = null!;

    public static async Task<ApiFaultSetup> StartAsync(int seed)
    {
        var setup = new ApiFaultSetup();
        setup.Api = await FakeApiServer.StartAsync(certificate: setup._certificates.Server);
        setup.Api.RequiredToken = FirstToken;
        setup.Account = new ServiceAccountFolder(setup._workspace.PathOf("serviceaccount"), setup._certificates.Authority, FirstToken);
        setup.Cluster = new ChangingCluster(setup.Api, seed);
        setup.Cluster.Fill();
        setup.Loki = await LokiSink.StartAsync();
        setup._workspace.Configure(setup.Configuration());
        setup.Agent = await RunningAgent.StartAsync(setup._workspace);
        return setup;
    }

    /// <summary>Waits until every component shows the targets that there are; only while nothing changes.</summary>
    public async Task TargetsAreRightAsync()
    {
        foreach (string component in ShownTargets.Components)
        {
            HashSet<string> wanted = ShownTargets.Truth(Api, component);
            HashSet<string> shown = [];
            await Eventually.TrueAsync(
                async () => (shown = await ShownTargets.OfAsync(Agent, component)).SetEquals(wanted),
                () => $"{component}: {shown.Count} targets\nmore:\n{string.Join('\n', shown.Except(wanted))}\nmissing:\n{string.Join('\n', wanted.Except(shown))}",
                CatchUp);
        }
    }

    /// <summary>Waits until all components are healthy.</summary>
    public async Task IsHealthyAsync()
    {
        foreach (string component in Components)
        {
            string last = "";
            await Eventually.TrueAsync(
                async () => (last = await Agent.HealthAsync(component)).StartsWith("healthy", StringComparison.Ordinal), () => $"{component} is {last}", CatchUp);
        }
    }

    public static int EventNumber(string line) => int.Parse(Number().Match(line).Groups[1].ValueSpan, CultureInfo.InvariantCulture);

    /// <summary>The last lines of the agent's log.</summary>
    public IEnumerable<string> LastLines() => Agent.Lines.TakeLast(200);

    public async ValueTask DisposeAsync()
    {
        await Agent.DisposeAsync();
        await Loki.DisposeAsync();
        await Api.DisposeAsync();
        _certificates.Dispose();
        _workspace.Dispose();
    }

    private string Configuration()
    {
        string access = $$"""
            api_server        = "{{Api.Url}}"
            bearer_token_file = "{{Account.Token}}"
            tls_config {
                ca_file = "{{Account.Authority}}"
            }
            """;
        return ShownTargets.Configuration(access) + $$"""

            loki.source.kubernetes_events "cluster" {
                forward_to = [loki.write.sink.receiver]
                leader_election {
                    enabled = false
                }
                client {
                    {{access}}
                }
            }

            loki.write "sink" {
                endpoint {
                    url = "{{Loki.Url}}"
                }
            }
            """;
    }

    [GeneratedRegex("event number ([0-9]+);")]
    private static partial Regex Number();
}
