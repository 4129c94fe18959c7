using Agent.Components.Common.Kubernetes;
using Agent.Components.Discovery.Kubernetes.Pushdown;
using Agent.Sdk;
using Agent.Telemetry;
using Microsoft.Extensions.Logging;

namespace Agent.Components.Discovery.Kubernetes.Watching;

/// <summary>Follows arguments and rules with the watches that they need, and hands on what is found. Belongs to one task.</summary>
/// <param name="context">Where targets and health go.</param>
/// <param name="groups">The targets so far; they stay until the watches know better.</param>
/// <param name="signal">Called when there is something to do.</param>
internal sealed partial class DiscoveryRun(ComponentContext context, TargetGroups groups, Action signal) : IAsyncDisposable
{
    /// <summary>Every change goes to all that use the targets: each of them looks at all targets again.</summary>
    private static readonly TimeSpan ShortPause = TimeSpan.FromSeconds(1);

    /// <summary>How often targets are handed on in large clusters, which is how often Prometheus does it everywhere.</summary>
    private static readonly TimeSpan LongPause = TimeSpan.FromSeconds(5);

    private const int ManyTargets = 2000;

    private readonly ILogger _logger = context.Logger;
    private KubernetesAccess? _access;
    private RoleRuns? _runs;
    private PushdownOutcome _pushdown = PushdownOutcome.Nothing("");
    private OwnNodePods _ownNode = OwnNodePods.Off;
    private DiscoveryKubernetes.Arguments? _arguments;
    private IReadOnlyList<ExportUse>? _uses;
    private bool _isPublished;
    private string? _health;

    public DiscoveryReport Report => new(_pushdown, _ownNode, _runs?.Reports ?? [], groups.Count);

    /// <summary>Brings the watches to what arguments and rules ask for now; those that are needed on go on.</summary>
    /// <exception cref="ComponentException">There is no way to an API server.</exception>
    public async Task FollowAsync(DiscoveryKubernetes.Arguments arguments, IReadOnlyList<ExportUse> uses)
    {
        if (ReferenceEquals(arguments, _arguments) && ReferenceEquals(uses, _uses))
        {
            return;
        }
        (_arguments, _uses) = (arguments, uses);
        _pushdown = context.Options.SelectorPushdown
            ? SelectorPushdown.Find(arguments.Role, arguments.AttachMetadata.Node, uses, context.Options.Node)
            : PushdownOutcome.Nothing("--kubernetes.selector-pushdown=false");
        _ownNode = OwnNodePods.Of(arguments, uses, context.Options);
        var plan = new WatchPlan(arguments, _ownNode.Node is { } own ? _pushdown.Selectors with { Node = own } : _pushdown.Selectors);
        if (plan.Equals(_runs?.Plan))
        {
            return;
        }
        KubernetesAccess access = KubernetesAccess.Open(context, arguments.Client);
        RoleRuns runs = RoleRuns.Start(plan, plan.Namespaces(() => access.OwnNamespace), access, signal);
        LogPlan(KubernetesRoles.NameOf(arguments.Role), plan.Pushed.Describe());
        (KubernetesAccess? formerAccess, RoleRuns? formerRuns) = (_access, _runs);
        (_access, _runs) = (access, runs);
        // Only now: watches that both plans have in common go on.
        await EndAsync(formerRuns, formerAccess);
        // Of what no watch of the new plan will speak nothing can stay; the rest stays until its list is there.
        if (groups.RemoveWhere(key => !runs.Covers(key)))
        {
            _isPublished = false;
        }
    }

    /// <summary>Hands on what has changed, and says how long to wait for further changes to come together.</summary>
    public TimeSpan Publish()
    {
        RoleRuns runs = _runs!;
        // Asked before: what is listed now and not then is not among the targets yet, and they are not up to date.
        bool isListed = runs.IsListed;
        bool isChanged = runs.Update(groups) || (!_isPublished && isListed);
        if (isChanged)
        {
            _isPublished = true;
            context.Export(new DiscoveryKubernetes.Exports(new ValueList<Target>(groups.ToArray())));
        }
        ReportHealth(runs, isListed);
        if (!isChanged)
        {
            return TimeSpan.Zero;
        }
        return groups.Count <= ManyTargets ? ShortPause : LongPause;
    }

    public ValueTask DisposeAsync() => EndAsync(_runs, _access);

    private static async ValueTask EndAsync(RoleRuns? runs, KubernetesAccess? access)
    {
        if (runs is not null)
        {
            await runs.DisposeAsync();
        }
        if (access is not null)
        {
            await access.DisposeAsync();
        }
    }

    private void ReportHealth(RoleRuns runs, bool isListed)
    {
        List<string> problems = [.. runs.Reports.Where(static report => !report.Status.IsHealthy).Select(static report => report.Status.Message).Distinct()];
        if (isListed && problems.Count == 0 && IsNoNode(runs))
        {
            problems.Add(
                $"no pod runs on a node {_ownNode.Node}, as {context.Options.Node!.Variable} has it: {OwnNodePods.Flag} needs the name of the agent's node, "
                + "which K8S_NODE_NAME gives where it is set from spec.nodeName");
        }
        if (problems.Count == 0 && !isListed)
        {
            return;
        }
        string message = problems.Count == 0 ? "targets are up to date" : string.Join("; ", problems);
        if (message != _health)
        {
            _health = message;
            context.ReportHealth(problems.Count == 0 ? HealthState.Healthy : HealthState.Unhealthy, message);
        }
    }

    /// <summary>A container that is told nothing else takes the name of its pod for that of its node. A node without any pod is rare: the agent's own is one.</summary>
    private bool IsNoNode(RoleRuns runs) =>
        _ownNode.Node is not null
        && runs.Plan is { Arguments: { Selectors.Count: 0, Namespaces: { Names.Count: 0, OwnNamespace: false } }, Pushed: { Namespaces: null, ExcludedPhases: var phases } }
        && !phases.Contains("Running")
        && runs.Reports.Where(static report => report.Resource == "pods").All(static report => report.Objects == 0);

    [LoggerMessage(LogLevel.Debug, "watches for role {Role}, pushed down: {Pushed}")]
    private partial void LogPlan(string role, string pushed);
}
