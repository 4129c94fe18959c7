using System.Globalization;
using System.Text;
using Agent.Runtime.Graph;
using Agent.Testing;

namespace Agent.Tests.Run;

/// <summary>What components of modules cost while nothing happens: a node may run a thousand of them.</summary>
[Collection(nameof(AloneCollection))]
public sealed class ModuleMemoryTests
{
    private const int Inner = 20;
    private const int Few = 2;
    private const int Many = 52;
    private const int MostBytes = 6_000;

    private const string Sinks = """
        loki.echo "sink" { }
        prometheus.echo "sink" { }

        """;

    [Fact]
    public async Task An_idle_component_of_a_module_keeps_less_than_six_kilobytes()
    {
        double least = double.MaxValue;
        for (int round = 0; round < 4 && least > MostBytes * 0.9; round++)
        {
            long few = await RetainedAsync(Few);
            long many = await RetainedAsync(Many);
            least = Math.Min(least, (many - few) / (double)((Many - Few) * Inner));
        }
        Assert.InRange(least, 500, MostBytes);
    }

    /// <summary>Bytes that live while a configuration of that many custom components runs, its plan and text included.</summary>
    private static async Task<long> RetainedAsync(int instances)
    {
        await using var agent = new ExampleAgent();
        await agent.LoadAsync(Sinks);
        long before = Live();
        await agent.LoadAsync(Configuration(instances));
        // What starts in the background has then started.
        await ReportedAsync(agent);
        long after = Live();
        await agent.Runtime.DisposeAsync();
        return after - before;
    }

    private static Task ReportedAsync(ExampleAgent agent) => Eventually.TrueAsync(() => !agent.Runtime.Graph.Nodes.Any(
        static node => node.Definition.Kind == NodeKind.Component && node.Health.Current.Message != "started component"));

    private static long Live()
    {
        GC.Collect();
        GC.WaitForPendingFinalizers();
        return GC.GetTotalMemory(forceFullCollection: true);
    }

    private static string Configuration(int instances)
    {
        var text = new StringBuilder(Sinks).Append(Declare());
        for (int i = 0; i < instances; i++)
        {
            text.Append(CultureInfo.InvariantCulture, $$"""
                feature "f{{i}}" {
                  name    = "name-{{i}}"
                  logs    = [loki.echo.sink.receiver]
                  metrics = [prometheus.echo.sink.receiver]
                }

                """);
        }
        return text.ToString();
    }

    /// <summary>Twenty components as they stand in the modules of people: lines are parsed, logs, targets and metrics relabelled.</summary>
    private static string Declare()
    {
        var text = new StringBuilder("declare \"feature\" {\n  argument \"name\" { }\n  argument \"logs\" { }\n  argument \"metrics\" { }\n");
        string logs = "argument.logs.value";
        for (int i = 0; i < 6; i++)
        {
            text.Append(Logs(i, logs));
            logs = $"[loki.relabel.r{i}.receiver]";
        }
        string targets = "[{ \"__address__\" = \"localhost:80\", \"app\" = argument.name.value }]";
        string metrics = "argument.metrics.value";
        for (int i = 0; i < 4; i++)
        {
            text.Append(Metrics(i, targets, metrics));
            targets = $"discovery.relabel.d{i}.output";
            metrics = $"[prometheus.relabel.m{i}.receiver]";
        }
        return text.Append("  export \"receiver\" { value = loki.relabel.r5.receiver }\n}\n").ToString();
    }

    private static string Logs(int number, string next) => $$"""
          loki.process "p{{number}}" {
            forward_to = {{next}}
            stage.json {
              expressions = { level = "", ts = "time", msg = "" }
            }
            stage.labels {
              values = { level = "" }
            }
            stage.static_labels {
              values = { app = argument.name.value }
            }
          }
          loki.relabel "r{{number}}" {
            forward_to = [loki.process.p{{number}}.receiver]
            rule {
              source_labels = ["__meta_kubernetes_pod_label_app"]
              regex         = "(.+)-[0-9a-f]+"
              target_label  = "app"
            }
          }

        """;

    private static string Metrics(int number, string targets, string next) => $$"""
          discovery.relabel "d{{number}}" {
            targets = {{targets}}
            rule {
              source_labels = ["__meta_kubernetes_pod_container_port_number"]
              regex         = "9[0-9]+"
              action        = "drop"
            }
          }
          prometheus.relabel "m{{number}}" {
            forward_to = {{next}}
            rule {
              source_labels = ["__name__"]
              regex         = "go_.+|process_.+"
              action        = "drop"
            }
          }

        """;
}

/// <summary>Runs while no other test does: it weighs the whole heap.</summary>
[CollectionDefinition(nameof(AloneCollection), DisableParallelization = true)]
public sealed class AloneCollection;
