using Agent.Components.Discovery.Kubernetes.Duplicates;
using Agent.Runtime;
using Agent.Runtime.Configuration;
using Agent.Runtime.Graph;
using Agent.Runtime.StandardLibrary;
using Agent.Runtime.Validation;
using Agent.Sdk;
using Agent.Sdk.Declarations;
using Agent.Sdk.Decoding;
using Agent.Sdk.Metrics;
using Agent.Syntax;
using Microsoft.Extensions.Logging.Abstractions;

namespace Agent.Components.Tests.Discovery.Kubernetes.Duplicates;

/// <summary>What is collected twice by components inside of modules, in a configuration that is validated and in one that runs.</summary>
public sealed class DuplicatesInModulesTests
{
    private const string Pods = """
        discovery.kubernetes "pods" {
          role       = "pod"
          api_server = "http://127.0.0.1:1"
        }
        prometheus.remote_write "x" { endpoint { url = "http://127.0.0.1:1/push" } }

        """;

    private const string Scraper = """
        declare "scraper" {
          argument "pods" { }
          argument "to" { }
          prometheus.scrape "all" {
            targets    = argument.pods.value
            forward_to = [argument.to.value]
          }
        }

        """;

    private const string Use = """
        scraper "web" {
          pods = discovery.kubernetes.pods.targets
          to   = prometheus.remote_write.x.receiver
        }
        """;

    private static readonly Func<string, string?> Environment = static name => name switch
    {
        "HOSTNAME" => "node-7",
        "KUBERNETES_SERVICE_HOST" => "10.0.0.1",
        _ => null,
    };

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Pods_that_a_module_is_given_are_warned_of_in_the_module_and_at_its_use(bool isRunning)
    {
        List<Diagnostic> found = await FindAsync(isRunning, Pods + Scraper + Use);

        Assert.Equal(2, found.Count);
        Assert.Equal("test.alloy:10:18", found[0].Span.ToString());
        Assert.StartsWith("prometheus.scrape.all collects the pods of all nodes", found[0].Message, StringComparison.Ordinal);
        Assert.StartsWith("put a discovery.relabel between discovery.kubernetes.pods and prometheus.scrape.all", found[0].Help, StringComparison.Ordinal);
        Assert.Equal("test.alloy:14:1", found[1].Span.ToString());
        Assert.StartsWith("in scraper.web: test.alloy:10:18: prometheus.scrape.all collects", found[1].Message, StringComparison.Ordinal);
        Assert.Null(found[1].Help);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Each_use_of_a_module_is_told_of_and_one_that_gets_kept_targets_is_not(bool isRunning)
    {
        List<Diagnostic> found = await FindAsync(isRunning, Pods + Scraper + Use + """

            scraper "again" {
              pods = discovery.kubernetes.pods.targets
              to   = prometheus.remote_write.x.receiver
            }
            discovery.relabel "own" {
              targets = discovery.kubernetes.pods.targets
              rule {
                source_labels = ["__meta_kubernetes_pod_node_name"]
                regex         = "node-7"
                action        = "keep"
              }
            }
            scraper "own" {
              pods = discovery.relabel.own.output
              to   = prometheus.remote_write.x.receiver
            }
            """);

        Assert.Equal(["in scraper.again", "in scraper.web", "prometheus.scrape.all collects the pods of all nodes"],
            found.Select(static warning => warning.Message.Split(": ")[0]).Order(StringComparer.Ordinal));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task What_a_module_exports_is_followed_to_its_rules(bool isRunning)
    {
        const string Finder = """
            declare "finder" {
              argument "regex" { }
              discovery.kubernetes "pods" {
                role       = "pod"
                api_server = "http://127.0.0.1:1"
              }
              discovery.relabel "some" {
                targets = discovery.kubernetes.pods.targets
                rule {
                  source_labels = ["__meta_kubernetes_pod_node_name"]
                  regex         = argument.regex.value
                  action        = "keep"
                }
              }
              export "targets" { value = discovery.relabel.some.output }
            }
            finder "own" { regex = "node-7" }
            finder "any" { regex = ".+" }
            prometheus.scrape "own" {
              targets    = finder.own.targets
              forward_to = [prometheus.remote_write.x.receiver]
            }
            prometheus.scrape "any" {
              targets    = finder.any.targets
              forward_to = [prometheus.remote_write.x.receiver]
            }
            """;

        Diagnostic found = Assert.Single(await FindAsync(isRunning, Pods + Finder));

        Assert.StartsWith("prometheus.scrape.any ", found.Message, StringComparison.Ordinal);
        Assert.StartsWith("write into finder.any/discovery.relabel.some a rule", found.Help, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task An_imported_module_is_named_by_its_own_text(bool isRunning)
    {
        string import = $"import.string \"lib\" {{\n  content = `{Scraper}`\n}}\n";
        List<Diagnostic> found = await FindAsync(isRunning, Pods + import + Use.Replace("scraper", "lib.scraper", StringComparison.Ordinal));

        Assert.Equal(["import.string.lib:5:18", "test.alloy:17:1"], found.Select(static warning => warning.Span.ToString()));
        Assert.StartsWith("in lib.scraper.web: import.string.lib:5:18: ", found[1].Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task The_template_of_a_foreach_is_warned_of_once_however_many_items_there_are(bool isRunning)
    {
        List<Diagnostic> found = await FindAsync(isRunning, Pods + """
            foreach "app" {
              collection = ["a", "b", "c"]
              var        = "each"
              template {
                prometheus.scrape "x" {
                  job_name   = each
                  targets    = discovery.kubernetes.pods.targets
                  forward_to = [prometheus.remote_write.x.receiver]
                }
              }
            }
            """);

        Assert.Equal(["test.alloy:12:20", "test.alloy:6:1"], found.Select(static warning => warning.Span.ToString()));
        Assert.StartsWith("in foreach.app: ", found[1].Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Modules_within_modules_are_told_of_at_each_use_around(bool isRunning)
    {
        List<Diagnostic> found = await FindAsync(isRunning, Pods + Scraper + """
            declare "outer" {
              discovery.kubernetes "inner" {
                role       = "pod"
                api_server = "http://127.0.0.1:1"
              }
              argument "to" { }
              scraper "web" {
                pods = discovery.kubernetes.inner.targets
                to   = argument.to.value
              }
            }
            outer "o" { to = prometheus.remote_write.x.receiver }
            """);
        Assert.Equal(["prometheus.scrape.all collects the pods of all nodes", "in scraper.web", "in outer.o"], found.Select(static warning => warning.Message.Split(": ")[0]));
        Assert.StartsWith("put a discovery.relabel between outer.o/discovery.kubernetes.inner and", found[0].Help, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_module_that_nobody_uses_collects_nothing() => Assert.Empty(await FindAsync(isRunning: false, Pods + Scraper));

    [Fact]
    public async Task Values_that_go_round_in_circles_are_followed_once()
    {
        List<Diagnostic> found = await FindAsync(isRunning: false, Pods + """
            declare "pass" {
              argument "in" { }
              export "out" { value = argument.in.value }
            }
            pass "a" { in = pass.b.out }
            pass "b" { in = pass.a.out }
            prometheus.scrape "x" {
              targets    = pass.a.out
              forward_to = [prometheus.remote_write.x.receiver]
            }
            """, failsAlone: true);

        Assert.Empty(found);
    }

    /// <param name="failsAlone">The configuration has errors of its own.</param>
    private static async Task<List<Diagnostic>> FindAsync(bool isRunning, string text, bool failsAlone = false)
    {
        IReadOnlyList<Diagnostic> all = isRunning ? await LoadAsync(text) : Validate(text);
        Assert.Equal(failsAlone, all.Any(static finding => finding.Severity == Severity.Error));
        return [.. all.Where(static finding => finding.Code == DiagnosticCodes.DuplicateCollection)];
    }

    private static List<Diagnostic> Validate(string text)
    {
        var library = new StandardLibraryScope(new StandardLibraryOptions { UnsetIsUnknown = true, Version = "0" });
        var diagnostics = new DiagnosticBag();
        new ConfigurationValidator(Catalog, library, library, Stability.Experimental).Validate(ConfigurationSource.Parse("test.alloy", text, diagnostics)!, diagnostics);
        return [.. diagnostics];
    }

    private static async Task<IReadOnlyList<Diagnostic>> LoadAsync(string text)
    {
        var library = new StandardLibraryScope(new StandardLibraryOptions { Version = "0", Environment = Environment });
        string storage = Directory.CreateTempSubdirectory("invar-test-").FullName;
        var services = new GraphServices
        {
            Catalog = Catalog,
            Metrics = new MetricRegistry(),
            Logging = NullLoggerFactory.Instance,
            Time = TimeProvider.System,
            Globals = library,
            StoragePath = storage,
        };
        await using (var runtime = new AgentRuntime(services, library, Stability.Experimental))
        {
            LoadResult result = await runtime.LoadAsync(diagnostics => ConfigurationSource.Parse("test.alloy", text, diagnostics));
            Directory.Delete(storage, recursive: true);
            return result.Diagnostics;
        }
    }

    private static BlockCatalog Catalog => new(
        new ComponentCatalog(global::Agent.Components.GeneratedCatalog.Components, global::Agent.Components.GeneratedCatalog.Stages), [])
    {
        Checks = [new DuplicateCollection(Environment)],
    };
}
