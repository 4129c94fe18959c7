using System.Globalization;
using System.Net;
using Agent.Testing;
using Agent.Testing.Kubernetes;
using Microsoft.AspNetCore.Http;
using Xunit.Abstractions;

namespace Agent.EndToEnd.Kubernetes;

/// <summary>How long it takes from the start of the process to the first targets of a node with as many pods as a kubelet takes.</summary>
[Collection(nameof(ClusterCollection))]
public sealed class ClusterStartTests(ITestOutputHelper output) : IDisposable
{
    private const string Token = "token-of-the-agent";
    private const int Nodes = 30;
    private const int PodsOfNode = 110;

    // A second is what it is to take; other work on the machine of the tests may take its time too.
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(5);

    private readonly Workspace _workspace = new();
    private readonly ClusterCertificates _certificates = new([IPAddress.Loopback]);

    public void Dispose()
    {
        _certificates.Dispose();
        _workspace.Dispose();
    }

    [NativeTheory]
    [InlineData("true")]
    [InlineData("false")]
    public async Task The_pods_of_the_own_node_are_read_soon_after_the_start(string pushdown)
    {
        await using FakeApiServer api = await StartServerAsync();
        var asked = new Asked();
        api.Logs = asked.AnswerAsync;
        WriteLogs();
        Configure(api);
        // The first start reads the program from the disk, which is not what is measured.
        await using (RunningAgent first = await StartAsync(pushdown))
        {
            await first.LineAsync("line of pod-0 ");
        }

        asked.Restart();
        long started = TimeProvider.System.GetTimestamp();
        await using RunningAgent agent = await StartAsync(pushdown);
        TimeSpan ready = TimeProvider.System.GetElapsedTime(started);
        await agent.LineAsync("line of pod-0 ");
        TimeSpan file = TimeProvider.System.GetElapsedTime(started);
        await Eventually.TrueAsync(() => asked.Containers == PodsOfNode, () => $"logs of {asked.Containers} containers were asked for");

        (TimeSpan firstAsked, TimeSpan lastAsked) = (asked.First, asked.Last);
        output.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"pushdown {pushdown}: ready after {ready.TotalSeconds:F2} s, logs of the first of {PodsOfNode} containers asked for after {firstAsked.TotalSeconds:F2} s, of all after {lastAsked.TotalSeconds:F2} s, the first file read after {file.TotalSeconds:F2} s"));
        Assert.InRange(firstAsked, TimeSpan.Zero, Limit);
        Assert.InRange(file, TimeSpan.Zero, Limit);
    }

    private async Task<FakeApiServer> StartServerAsync()
    {
        FakeApiServer api = await FakeApiServer.StartAsync(certificate: _certificates.Server);
        api.RequiredToken = Token;
        for (int i = 0; i < Nodes * PodsOfNode; i++)
        {
            api.Put("v1/pods", ClusterPods.Pod(i, Nodes));
        }
        return api;
    }

    private void WriteLogs()
    {
        for (int i = 0; i < Nodes * PodsOfNode; i += Nodes)
        {
            string folder = _workspace.PathOf($"pods/{ClusterPods.LogFolder(i)}/main");
            Directory.CreateDirectory(folder);
            File.WriteAllText(Path.Combine(folder, "0.log"), $"2026-11-20T10:59:50.000000000Z stdout F line of pod-{i} \n");
        }
    }

    private void Configure(FakeApiServer api)
    {
        File.WriteAllText(_workspace.PathOf("ca.crt"), _certificates.Authority);
        string server = $$"""
            api_server   = "{{api.Url}}"
            bearer_token = "{{Token}}"
            tls_config { ca_file = "{{_workspace.PathOf("ca.crt")}}" }
            """;
        _workspace.Configure($$"""
            discovery.kubernetes "pods" {
                role = "pod"
                {{server}}
            }

            discovery.relabel "own" {
                targets = discovery.kubernetes.pods.targets
                rule {
                    source_labels = ["__meta_kubernetes_pod_node_name"]
                    regex         = "node-0"
                    action        = "keep"
                }
                rule {
                    source_labels = ["__meta_kubernetes_namespace", "__meta_kubernetes_pod_name", "__meta_kubernetes_pod_uid", "__meta_kubernetes_pod_container_name"]
                    separator     = ";"
                    regex         = "(.+);(.+);(.+);(.+)"
                    target_label  = "__path__"
                    replacement   = "{{_workspace.PathOf("pods")}}/${1}_${2}_${3}/${4}/*.log"
                }
            }

            loki.source.kubernetes "own" {
                targets      = discovery.relabel.own.output
                forward_to   = [loki.echo.out.receiver]
                prefer_files = false
                client {
                    {{server}}
                }
            }

            local.file_match "own" {
                path_targets = discovery.relabel.own.output
            }

            loki.source.file "own" {
                targets    = local.file_match.own.targets
                forward_to = [loki.echo.out.receiver]
            }

            loki.echo "out" { }
            """);
    }

    private Task<RunningAgent> StartAsync(string pushdown) => RunningAgent.StartAsync(new AgentStart(_workspace.Configuration)
    {
        Flags = [$"--kubernetes.selector-pushdown={pushdown}", "--stability.level=experimental"],
    });

    /// <summary>When logs of containers were asked for; none of them says anything.</summary>
    private sealed class Asked
    {
        private readonly Lock _gate = new();
        private readonly HashSet<string> _pods = [];
        private long _began;

        public TimeSpan First { get; private set; }

        public TimeSpan Last { get; private set; }

        public int Containers
        {
            get
            {
                lock (_gate)
                {
                    return _pods.Count;
                }
            }
        }

        public void Restart()
        {
            lock (_gate)
            {
                _pods.Clear();
                _began = TimeProvider.System.GetTimestamp();
            }
        }

        public async Task AnswerAsync(FakeLogRequest request, HttpContext http)
        {
            lock (_gate)
            {
                Last = _pods.Add(request.Pod) ? TimeProvider.System.GetElapsedTime(_began) : Last;
                First = _pods.Count == 1 ? Last : First;
            }
            http.Response.ContentType = "text/plain";
            await http.Response.StartAsync(http.RequestAborted);
            await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, http.RequestAborted);
        }
    }
}
