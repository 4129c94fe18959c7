using Agent.Components.Common.Relabel;
using Agent.Components.Discovery.Kubernetes;
using Agent.Components.Discovery.Kubernetes.Pushdown;
using Agent.Components.Discovery.Kubernetes.Watching;
using Agent.Sdk;
using Agent.Sdk.Patterns;
using static Agent.Components.Tests.Discovery.Kubernetes.KubernetesRun;

namespace Agent.Components.Tests.Discovery.Kubernetes.Pushdown;

public sealed class SelectorPushdownTests
{
    private const string PodNode = "__meta_kubernetes_pod_node_name";
    private const string NodeName = "__meta_kubernetes_node_name";
    private const string Phase = "__meta_kubernetes_pod_phase";
    private const string Space = "__meta_kubernetes_namespace";

    private const string Dotted = "ip-10-0-0-1.ec2.internal";

    private static readonly RelabelRule KeepNode = Keep(PodNode, "node-7");

    [Fact]
    public void A_kept_node_selects_pods_and_the_node_that_is_attached()
    {
        DiscoveryKubernetes.Arguments arguments = new() { Role = KubernetesRole.Pod, AttachMetadata = new() { Node = true } };
        WatchPlan plan = Plan(arguments, [KeepNode]);

        Assert.Equal("spec.nodeName=node-7", plan.ScopeOf(KubernetesRole.Pod, null).FieldSelector);
        Assert.Equal("metadata.name=node-7", plan.ScopeOf(KubernetesRole.Node, null).FieldSelector);
    }

    [Theory]
    [InlineData(KubernetesRole.Node, NodeName, KubernetesRole.Node, "metadata.name=node-7")]
    [InlineData(KubernetesRole.Node, "instance", KubernetesRole.Node, "metadata.name=node-7")]
    [InlineData(KubernetesRole.Endpoints, PodNode, KubernetesRole.Pod, "spec.nodeName=node-7")]
    [InlineData(KubernetesRole.EndpointSlice, PodNode, KubernetesRole.Pod, "spec.nodeName=node-7")]
    [InlineData(KubernetesRole.EndpointSlice, PodNode, KubernetesRole.EndpointSlice, "")]
    [InlineData(KubernetesRole.EndpointSlice, PodNode, KubernetesRole.Node, "")]
    [InlineData(KubernetesRole.Service, PodNode, KubernetesRole.Service, "")]
    public void Each_role_selects_what_its_labels_come_from(KubernetesRole role, string label, KubernetesRole selected, string selector) =>
        Assert.Equal(selector, Plan(new() { Role = role }, [Keep(label, "node-7")]).ScopeOf(selected, null).FieldSelector);

    [Fact]
    public void Selectors_of_the_configuration_stay_beside_those_that_are_pushed()
    {
        DiscoveryKubernetes.Arguments arguments = new()
        {
            Role = KubernetesRole.Pod,
            Selectors = [new() { Role = KubernetesRole.Pod, Label = "app=web", Field = "status.podIP!=" }],
        };

        Assert.Equal(
            new(null, "app=web", "status.podIP!=,spec.nodeName=node-7"), Plan(arguments, [KeepNode]).ScopeOf(KubernetesRole.Pod, null));
    }

    [Fact]
    public void Phases_that_are_dropped_are_not_asked_for()
    {
        WatchPlan plan = Plan(new() { Role = KubernetesRole.Pod }, [Drop(Phase, "Pending|Succeeded|Failed|Unknown")]);

        Assert.Equal(
            "status.phase!=Failed,status.phase!=Pending,status.phase!=Succeeded,status.phase!=Unknown", plan.ScopeOf(KubernetesRole.Pod, null).FieldSelector);
        Assert.Equal(
            plan.ScopeOf(KubernetesRole.Pod, null),
            Plan(new() { Role = KubernetesRole.Pod }, [Keep(Phase, "Running")]).ScopeOf(KubernetesRole.Pod, null));
        Assert.Empty(Plan(new() { Role = KubernetesRole.Endpoints }, [Drop(Phase, "Failed")]).ScopeOf(KubernetesRole.Pod, null).FieldSelector);
    }

    [Fact]
    public void Kept_namespaces_are_watched_alone_and_several_users_together()
    {
        WatchPlan plan = Plan(new() { Role = KubernetesRole.Pod }, [Keep(Space, "shop|web")], [Keep(Space, "kube-system")]);
        WatchPlan configured = Plan(
            new() { Role = KubernetesRole.Pod, Namespaces = new() { Names = ["shop", "db"] } }, [Keep(Space, "shop|web")]);
        WatchPlan elsewhere = Plan(new() { Role = KubernetesRole.Pod, Namespaces = new() { Names = ["db"] } }, [Keep(Space, "shop")]);

        Assert.Equal(["kube-system", "shop", "web"], plan.Namespaces(static () => ""));
        Assert.Equal(["shop"], configured.Namespaces(static () => ""));
        Assert.Equal(["db"], elsewhere.Namespaces(static () => ""));
        Assert.Equal([null], Plan(new() { Role = KubernetesRole.Pod }, [Keep(Space, "shop")], []).Namespaces(static () => ""));
    }

    [Fact]
    public void The_own_namespace_is_one_of_the_configured_ones()
    {
        var plan = new WatchPlan(
            new DiscoveryKubernetes.Arguments { Role = KubernetesRole.Pod, Namespaces = new() { Names = ["shop"], OwnNamespace = true } }, PushedSelectors.None);

        Assert.Equal(["shop", "mine"], plan.Namespaces(static () => "mine"));
        Assert.Equal(["shop"], plan.Namespaces(static () => "shop"));
    }

    public static TheoryData<string, RelabelRule[]> Writers => new()
    {
        { "a constant", [new() { TargetLabel = PodNode, Replacement = "node-7" }, KeepNode] },
        { "another label", [new() { SourceLabels = ["x"], TargetLabel = PodNode }, KeepNode] },
        { "a name that is made", [new() { SourceLabels = ["x"], TargetLabel = "__meta_${1}" }, KeepNode] },
        { "any name", [new() { SourceLabels = ["x"], TargetLabel = "$1" }, KeepNode] },
        { "labelmap", [new() { Action = RelabelAction.LabelMap, Regex = Any("__meta_kubernetes_pod_label_(.+)") }, KeepNode] },
        { "labeldrop", [new() { Action = RelabelAction.LabelDrop, Regex = Any("__meta_.*") }, KeepNode] },
        { "labelkeep", [new() { Action = RelabelAction.LabelKeep, Regex = Any("app") }, KeepNode] },
        { "hashmod", [new() { Action = RelabelAction.HashMod, SourceLabels = ["x"], TargetLabel = PodNode, Modulus = 3 }, KeepNode] },
        { "uppercase", [new() { Action = RelabelAction.Uppercase, SourceLabels = [PodNode], TargetLabel = PodNode }, KeepNode] },
    };

    [Theory]
    [MemberData(nameof(Writers))]
    public void A_rule_that_may_write_the_label_before_ends_it(string what, RelabelRule[] rules)
    {
        Assert.NotEmpty(what);
        Assert.Null(Find(rules).Selectors.Node);
    }

    public static TheoryData<string, RelabelRule[]> Harmless => new()
    {
        { "a copy is as good", [new() { SourceLabels = [PodNode], TargetLabel = "node" }, Keep("node", "node-7")] },
        { "another label is written", [new() { SourceLabels = ["x"], TargetLabel = "y" }, KeepNode] },
        { "names of another kind", [new() { Action = RelabelAction.LabelMap, Regex = Any("(.+)"), Replacement = "copy_$1" }, KeepNode] },
        { "the label stays", [new() { Action = RelabelAction.LabelKeep, Regex = Any("__meta_.*") }, KeepNode] },
        { "what comes later", [KeepNode, new() { TargetLabel = PodNode, Replacement = "other" }] },
        { "other rules drop", [Drop("app", "x.*"), Keep("a", "b|c"), KeepNode] },
        { "a group", [Keep(PodNode, "(node-7)")] },
        { "an escaped dot", [Keep(PodNode, @"node\.7")] },
    };

    [Theory]
    [MemberData(nameof(Harmless))]
    public void A_rule_that_cannot_write_the_label_does_not_matter(string what, RelabelRule[] rules)
    {
        Assert.NotEmpty(what);
        Assert.Equal(what == "an escaped dot" ? "node.7" : "node-7", Find(rules).Selectors.Node);
    }

    [Theory]
    [InlineData("node-7|node-8")]
    [InlineData("node-.*")]
    [InlineData("node.7")]
    [InlineData("(?i)node-7")]
    [InlineData("")]
    [InlineData("node,7")]
    [InlineData("..")]
    public void Only_one_name_that_a_node_can_have_is_pushed(string regex) => Assert.Null(Find([Keep(PodNode, regex)]).Selectors.Node);

    [Theory]
    [InlineData(null)]
    [InlineData("ip-10-0-0-2.ec2.internal")]
    public void A_name_with_bare_dots_that_is_not_the_own_one_says_how_to_write_it(string? own)
    {
        PushdownOutcome found = FindOn(own, [Keep(PodNode, Dotted)]);

        Assert.Null(found.Selectors.Node);
        Assert.Contains("string.replace", Assert.Single(found.Reasons), StringComparison.Ordinal);
        Assert.Contains("K8S_NODE_NAME", found.Reasons[0], StringComparison.Ordinal);
    }

    [Fact]
    public void The_name_of_the_own_node_is_pushed_with_bare_dots_as_with_escaped_ones()
    {
        const string Escaped = @"ip-10-0-0-1\.ec2\.internal";

        Assert.Equal(Dotted, FindOn(Dotted, [Keep(PodNode, Dotted)]).Selectors.Node);
        Assert.Equal(Dotted, FindOn(Dotted, [Keep(PodNode, Dotted)], [Keep(PodNode, Escaped)]).Selectors.Node);
        Assert.Equal(Dotted, FindOn(null, [Keep(PodNode, Escaped)]).Selectors.Node);
        Assert.Equal(Dotted, SelectorPushdown.Find(KubernetesRole.Node, false, UsesOf([Keep(NodeName, Dotted)]), new("NODE_NAME", Dotted)).Selectors.Node);
    }

    [Theory]
    [InlineData("(?i)ip-10-0-0-1.ec2.internal")]
    [InlineData("ip-10-0-0-1.ec2.internal|x")]
    [InlineData("ip-10-0-0-1.ec2.*")]
    public void Only_the_whole_name_is_taken_for_the_own_node(string regex) => Assert.Null(FindOn(Dotted, [Keep(PodNode, regex)]).Selectors.Node);

    [Theory]
    [InlineData(".*")]
    [InlineData("node-[0-9]+")]
    [InlineData("a..b")]
    [InlineData(".")]
    public void What_no_node_can_be_called_is_an_expression_even_where_the_environment_says_so(string name) =>
        Assert.Null(FindOn(name, [Keep(PodNode, name)]).Selectors.Node);

    [Fact]
    public void The_name_of_the_own_node_is_a_literal_for_nodes_alone() =>
        Assert.Null(FindOn("a.b", [Keep(Space, "a.b")]).Selectors.Namespaces);

    [Fact]
    public void Two_labels_together_are_not_taken_apart() =>
        Assert.Null(Find([new RelabelRule { SourceLabels = [PodNode, Space], Regex = Any("node-7;shop"), Action = RelabelAction.Keep }]).Selectors.Node);

    [Fact]
    public void Users_have_to_agree_on_the_node()
    {
        Assert.Equal("node-7", Find([KeepNode], [Keep("app", "x"), KeepNode]).Selectors.Node);
        PushdownOutcome apart = Find([KeepNode], [Keep(PodNode, "node-8")]);
        Assert.Null(apart.Selectors.Node);
        Assert.Contains("another one", Assert.Single(apart.Reasons), StringComparison.Ordinal);
        Assert.Contains("discovery.relabel.r1", Assert.Single(Find([KeepNode], []).Reasons), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("prometheus.scrape", "targets", "targets", true)]
    [InlineData("discovery.relabel", "rule.regex", "targets", true)]
    [InlineData("discovery.relabel", "targets", "targets", false)]
    [InlineData("discovery.relabel", "targets", "", true)]
    public void Any_other_use_of_the_targets_ends_it(string component, string argument, string export, bool isWhole)
    {
        IReadOnlyList<ExportUse> uses = [.. UsesOf([KeepNode]), new(component, "x.y", argument, export, isWhole, null)];
        PushdownOutcome found = SelectorPushdown.Find(KubernetesRole.Pod, false, uses);

        Assert.Equal(PushedSelectors.None, found.Selectors);
        Assert.Contains("x.y", Assert.Single(found.Reasons), StringComparison.Ordinal);
    }

    [Fact]
    public void Rules_that_are_not_known_yet_and_no_users_at_all_push_nothing()
    {
        ExportUse unknown = UsesOf([KeepNode])[0] with { Arguments = null };

        Assert.Equal(PushedSelectors.None, SelectorPushdown.Find(KubernetesRole.Pod, false, [unknown]).Selectors);
        Assert.Equal(PushedSelectors.None, SelectorPushdown.Find(KubernetesRole.Pod, false, []).Selectors);
    }

    private static PushdownOutcome Find(params RelabelRule[][] rules) => SelectorPushdown.Find(KubernetesRole.Pod, false, UsesOf(rules));

    private static PushdownOutcome FindOn(string? own, params RelabelRule[][] rules) =>
        SelectorPushdown.Find(KubernetesRole.Pod, false, UsesOf(rules), own is null ? null : new("HOSTNAME", own));

    private static WatchPlan Plan(DiscoveryKubernetes.Arguments arguments, params RelabelRule[][] rules) =>
        new(arguments, SelectorPushdown.Find(arguments.Role, arguments.AttachMetadata.Node, UsesOf(rules)).Selectors);

    private static Pattern Any(string regex) => Pattern.Parse(regex, PatternOptions.Anchored);
}
