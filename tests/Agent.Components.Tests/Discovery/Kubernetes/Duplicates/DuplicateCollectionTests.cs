using System.Text.RegularExpressions;
using Agent.Components.Discovery.Kubernetes.Duplicates;
using Agent.Runtime.Configuration;
using Agent.Runtime.Graph;
using Agent.Runtime.StandardLibrary;
using Agent.Runtime.Validation;
using Agent.Sdk;
using Agent.Sdk.Declarations;
using Agent.Sdk.Decoding;
using Agent.Syntax;

namespace Agent.Components.Tests.Discovery.Kubernetes.Duplicates;

public sealed class DuplicateCollectionTests
{
    private const string Pods = """discovery.kubernetes "pods" { role = "pod" }""";

    private const string Sink = """
        loki.write "x" { endpoint { url = "http://loki/push" } }
        prometheus.remote_write "x" { endpoint { url = "http://mimir/push" } }
        """;

    [Fact]
    public void A_scrape_of_all_pods_is_named_at_its_targets_with_the_rule_that_is_missing()
    {
        Diagnostic found = Assert.Single(Warnings(Pods + """

            discovery.relabel "web" {
              targets = discovery.kubernetes.pods.targets
              rule {
                source_labels = ["__meta_kubernetes_pod_label_app"]
                regex = "web"
                action = "keep"
              }
            }
            prometheus.scrape "web" {
              targets = discovery.relabel.web.output
              forward_to = [prometheus.remote_write.x.receiver]
            }
            """));

        Assert.Contains("prometheus.scrape.web", found.Message, StringComparison.Ordinal);
        Assert.Contains("discovery.relabel.web", found.Help, StringComparison.Ordinal);
        Assert.Contains("sys.env(\"HOSTNAME\")", found.Help, StringComparison.Ordinal);
        Assert.Equal("11:13", found.Span.StartPosition.ToString());
    }

    [Theory]
    [InlineData("R source_labels = ['__meta_kubernetes_pod_phase'] regex = 'Pending' action = 'drop'", true)]
    [InlineData("R source_labels = ['__meta_kubernetes_pod_node_name'] target_label = 'node'", true)]
    [InlineData("R source_labels = ['__meta_kubernetes_pod_node_name'] regex = '.+' action = 'keep'", true)]
    [InlineData("R source_labels = ['__meta_kubernetes_pod_node_name'] regex = 'another-node' action = 'keep'", true)]
    [InlineData("R source_labels = ['__meta_kubernetes_pod_node_name'] regex = 'node-7' action = 'keep'", false)]
    [InlineData("R source_labels = ['__meta_kubernetes_pod_node_name'] regex = sys.env('INVAR_TEST_UNSET') action = 'keep'", false)]
    [InlineData("R source_labels = ['__meta_kubernetes_pod_host_ip'] regex = '10.0.0.1' action = 'keep'", false)]
    [InlineData("R source_labels = ['__meta_kubernetes_pod_node_name'] target_label = 'node' R source_labels = ['node'] regex = 'node-7' action = 'keep'", false)]
    [InlineData("R source_labels = ['__address__'] target_label = 'shard' modulus = 3 action = 'hashmod' R source_labels = ['shard'] regex = '1' action = 'keep'", false)]
    public void Only_rules_that_cannot_keep_to_one_node_are_warned_of(string rules, bool isWarned) => Assert.Equal(isWarned, Warnings(Pods + $$"""

            discovery.relabel "web" {
              targets = discovery.kubernetes.pods.targets
              {{Blocks(rules)}}
            }
            prometheus.scrape "web" {
              targets = discovery.relabel.web.output
              forward_to = [prometheus.remote_write.x.receiver]
            }
            """).Count > 0);

    [Theory]
    [InlineData("""discovery.kubernetes "pods" { role = "endpoints" }""", "", true)]
    [InlineData("""discovery.kubernetes "pods" { role = "endpointslice" }""", "", true)]
    [InlineData("""discovery.kubernetes "pods" { role = "service" }""", "", false)]
    [InlineData(Pods, "clustering { enabled = true }", false)]
    [InlineData(Pods, "clustering { enabled = false }", true)]
    [InlineData("""
        discovery.kubernetes "pods" {
          role = "pod"
          selectors {
            role = "pod"
            field = "spec.nodeName=" + sys.env("PATH")
          }
        }
        """, "", false)]
    public void Roles_selectors_and_clustering_count(string source, string inScrape, bool isWarned) => Assert.Equal(isWarned, Warnings(source + $$"""

            prometheus.scrape "web" {
              targets = discovery.kubernetes.pods.targets
              forward_to = [prometheus.remote_write.x.receiver]
              {{inScrape}}
            }
            """).Count > 0);

    [Fact]
    public void Files_of_pods_lie_on_their_own_node() => Assert.Empty(Warnings(Pods + """

            local.file_match "logs" { path_targets = discovery.kubernetes.pods.targets }
            loki.source.file "logs" {
              targets = local.file_match.logs.targets
              forward_to = [loki.write.x.receiver]
            }
            """));

    [Theory]
    [InlineData(false, "HOSTNAME", 1)]
    [InlineData(false, "K8S_NODE_NAME", 1)]
    [InlineData(false, "NODE_NAME", 1)]
    [InlineData(false, "OTHER", 0)]
    [InlineData(true, "HOSTNAME", 0)]
    [InlineData(true, "HOSTNAME KUBERNETES_SERVICE_HOST", 1)]
    public void Nothing_is_said_where_the_node_is_not_known(bool isRunning, string set, int warnings)
    {
        var check = new DuplicateCollection(name => set.Split(' ').Contains(name) ? "node-7" : null);
        var diagnostics = new DiagnosticBag();
        Agent.Sdk.Checks.CheckedNode pods = new("discovery.kubernetes", "discovery.kubernetes.pods", default)
        {
            Arguments = new Agent.Components.Discovery.Kubernetes.DiscoveryKubernetes.Arguments { Role = Agent.Components.Discovery.Kubernetes.KubernetesRole.Pod },
        };
        Agent.Sdk.Checks.CheckedNode scrape = new("prometheus.scrape", "prometheus.scrape.x", default)
        {
            Block = new BlockValue("prometheus.scrape", "x", default, [], []),
            References = [new("discovery.kubernetes.pods", "targets", default)],
        };

        check.Check(new([pods, scrape], isRunning), diagnostics);

        Assert.Equal(warnings, diagnostics.Count);
    }

    [Fact]
    public void The_flag_is_named_as_a_remedy_and_silences_what_it_keeps_to_one_node()
    {
        const string All = Pods + """

            prometheus.scrape "web" {
              targets = discovery.kubernetes.pods.targets
              forward_to = [prometheus.remote_write.x.receiver]
            }
            """;

        Assert.EndsWith("; or run all these agents with --kubernetes.own-node-pods", Assert.Single(Warnings(All)).Help, StringComparison.Ordinal);
        Assert.Empty(Warnings(All, Flag));
    }

    [Theory]
    [InlineData("""discovery.kubernetes "pods" { role = "endpoints" }""", "")]
    [InlineData(Pods, """
        prometheus.scrape "shared" {
          targets = discovery.relabel.shared.output
          forward_to = [prometheus.remote_write.x.receiver]
          clustering { enabled = true }
        }
        discovery.relabel "shared" { targets = discovery.kubernetes.pods.targets }
        """)]
    public void What_the_flag_leaves_alone_is_warned_of_with_it_and_without(string discovery, string beside)
    {
        string text = $$"""
            {{discovery}}
            {{beside}}
            prometheus.scrape "web" {
              targets = discovery.kubernetes.pods.targets
              forward_to = [prometheus.remote_write.x.receiver]
            }
            """;

        Assert.All(new[] { Assert.Single(Warnings(text)), Assert.Single(Warnings(text, Flag)) }, static found =>
        {
            Assert.StartsWith("prometheus.scrape.web ", found.Message, StringComparison.Ordinal);
            Assert.DoesNotContain("own-node-pods", found.Help, StringComparison.Ordinal);
        });
    }

    private static readonly AgentOptions Flag = new() { OwnNodePods = true };

    /// <summary>Rules in short: R begins one, and attributes need no line of their own.</summary>
    private static string Blocks(string rules) => string.Concat(rules.Split("R ", StringSplitOptions.RemoveEmptyEntries).Select(static rule =>
        "rule {\n" + Regex.Replace(rule, "(source_labels|target_label|regex|action|modulus) =", "\n$0").Replace('\'', '"') + "\n}\n"));

    private static List<Diagnostic> Warnings(string text, AgentOptions? options = null)
    {
        var library = new StandardLibraryScope(new StandardLibraryOptions { UnsetIsUnknown = true, Version = "0" });
        var catalog = new BlockCatalog(new ComponentCatalog(global::Agent.Components.GeneratedCatalog.Components, global::Agent.Components.GeneratedCatalog.Stages), [])
        {
            Checks = [new DuplicateCollection(static name => name == "HOSTNAME" ? "node-7" : null)],
        };
        var diagnostics = new DiagnosticBag();
        ConfigurationSource source = ConfigurationSource.Parse("test.alloy", text + "\n" + Sink, diagnostics)!;
        new ConfigurationValidator(catalog, library, library, Stability.Experimental) { Options = options ?? AgentOptions.Default }.Validate(source, diagnostics);
        Assert.Empty(diagnostics.Where(static finding => finding.Severity == Severity.Error).Select(static finding => finding.ToString()));
        return [.. diagnostics.Where(static finding => finding.Code == DiagnosticCodes.DuplicateCollection)];
    }
}
