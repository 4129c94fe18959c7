namespace Agent.EndToEnd;

/// <summary>The audit pipeline of a production DaemonSet, as it stands in its configuration.</summary>
public sealed class AuditPipelineTests : IDisposable
{
    private const string Seed = "conveyor-daemonset.alloy";
    private const string Folder = "/var/log/kube-audit";
    private const string LogPath = Folder + "/audit.log";
    private const int PermissionsOfFolder = 0x1ED;
    private static readonly string[] Pipeline =
        ["local.file_match.audit_logs", "loki.source.file.audit_logs", "loki.process.audit_pipeline", "loki.write.local"];

    private readonly Workspace _workspace = new();
    private readonly bool _isAsItStands;
    private readonly string _path;

    public AuditPipelineTests()
    {
        _isAsItStands = Workspace.IsRoot && Links.MakeFolder(Folder, PermissionsOfFolder) == 0;
        _path = _isAsItStands ? LogPath : _workspace.LogPath("audit.log");
    }

    public void Dispose()
    {
        if (_isAsItStands)
        {
            Directory.Delete(Folder, recursive: true);
        }
        _workspace.Dispose();
    }

    [SeedFact(Seed)]
    public async Task Events_get_their_labels_and_noisy_ones_are_dropped()
    {
        await using LokiSink sink = await LokiSink.StartAsync();
        await using RunningAgent agent = await StartAsync(sink);
        AuditEvent patch = new("patch", "deployments") { Namespace = "shop" };
        AuditEvent forbidden = new("get", "secrets") { Namespace = "kube-system", Group = "", User = "jane@example.com", Status = 403, Level = "Metadata" };
        AuditEvent node = new("update", "nodes") { Group = "", User = "system:node:worker-1" };
        AuditEvent[] noise =
        [
            new("update", "leases") { Namespace = "kube-node-lease", Group = "coordination.k8s.io" },
            new("list", "customresourcedefinitions") { Group = "apiextensions.k8s.io" },
            new("create", "selfsubjectaccessreviews") { Group = "authorization.k8s.io", Status = 201 },
            new("create", "selfsubjectrulesreviews") { Group = "authorization.k8s.io", Status = 201 },
        ];
        Write([patch, noise[0], noise[1], forbidden, noise[2], noise[3], node, new("create", "leasesandmore")]);

        await sink.LineAsync("leasesandmore");

        Assert.Equal(4, sink.Count);
        AssertLabels(sink, patch, new()
        {
            ["verb"] = "patch", ["user"] = patch.User, ["resource"] = "deployments", ["audit_ns"] = "shop", ["status_code"] = "200",
            ["audit_level"] = "RequestResponse",
        });
        AssertLabels(sink, forbidden, new()
        {
            ["verb"] = "get", ["user"] = "jane@example.com", ["resource"] = "secrets", ["audit_ns"] = "kube-system",
            ["status_code"] = "403", ["audit_level"] = "Metadata",
        });
        // Nodes are in no namespace.
        AssertLabels(sink, node, new()
        {
            ["verb"] = "update", ["user"] = "system:node:worker-1", ["resource"] = "nodes", ["status_code"] = "200",
            ["audit_level"] = "RequestResponse",
        });
        Assert.Equal(noise.Length, await agent.MetricAsync("loki_process_dropped_lines_total"));
        sink.AssertCorrectRequests();
    }

    [SeedFact(Seed)]
    public async Task Many_events_all_arrive_unchanged_and_in_order()
    {
        string[] verbs = ["get", "list", "watch", "create", "update", "patch", "delete"];
        string[] resources = ["pods", "leases", "configmaps", "secrets", "customresourcedefinitions", "endpoints"];
        AuditEvent[] events =
        [
            .. Enumerable.Range(0, 5000).Select(number => new AuditEvent(verbs[number % 7], resources[number % 6])
            {
                Namespace = $"ns-{number % 20}", Payload = number % 50 == 0 ? 60_000 : number % 400,
            }),
        ];
        await using LokiSink sink = await LokiSink.StartAsync();
        Write(events[..2500]);
        await using RunningAgent agent = await StartAsync(sink);
        await sink.ReceivedAsync(1);
        Write(events[2500..]);

        string[] expected = [.. events.Where(static e => e.Resource is not ("leases" or "customresourcedefinitions")).Select(static e => e.Line())];
        await sink.ReceivedAsync(expected.Length);

        Assert.Equal(expected, sink.Entries.OrderBy(static entry => entry.Timestamp).Select(static entry => entry.Line));
    }

    [SeedFact(Seed)]
    public async Task An_event_above_256_KB_is_never_sent_and_is_counted()
    {
        await using LokiSink sink = await LokiSink.StartAsync();
        await using RunningAgent agent = await StartAsync(sink);
        AuditEvent large = new("create", "configmaps") { Payload = 300 * 1024 };
        AuditEvent allowed = new("create", "configmaps") { Payload = 250 * 1024 };
        AuditEvent last = new("delete", "configmaps");
        Write([large, allowed, last]);

        await sink.LineAsync(last.Id);

        Assert.Equal([allowed.Line(), last.Line()], sink.Lines);
        Assert.Equal(1, await agent.MetricAsync("loki_write_dropped_entries_total", "reason=\"line_too_long\""));
    }

    private void Write(IEnumerable<AuditEvent> events) => File.AppendAllLines(_path, events.Select(static e => e.Line()));

    private void AssertLabels(LokiSink sink, AuditEvent sent, Dictionary<string, string> labels)
    {
        foreach ((string name, string value) in (KeyValuePair<string, string>[])
            [new("job", "kube-audit"), new("source", "audit"), new("filename", _path), new("cluster", "conveyor-platform"), new("dc", "fra-1")])
        {
            labels.Add(name, value);
        }
        SinkEntry got = sink.Entries.Single(entry => entry.Line == sent.Line());
        Assert.Equal(labels.OrderBy(static pair => pair.Key), got.Labels.OrderBy(static pair => pair.Key));
    }

    private Task<RunningAgent> StartAsync(LokiSink sink)
    {
        string text = SeedBlocks.Of(Seed, Pipeline);
        _workspace.Configure(_isAsItStands ? text : text.Replace(LogPath, _path, StringComparison.Ordinal));
        return RunningAgent.StartAsync(new AgentStart(_workspace.Configuration)
        {
            Storage = _workspace.Storage,
            Environment = environment =>
            {
                environment["LOKI_WRITE_URL_LOCAL"] = sink.Url;
                environment["DC_LABEL"] = "fra-1";
            },
        });
    }
}
