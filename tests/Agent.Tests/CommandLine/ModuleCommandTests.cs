using System.Text.Json.Nodes;
using Agent.Tests.Deploy;

namespace Agent.Tests.CommandLine;

/// <summary>What the commands know of configurations that are made of modules.</summary>
public sealed class ModuleCommandTests : IDisposable
{
    private readonly Shell _shell = new();

    public void Dispose() => _shell.Dispose();

    [Fact]
    public async Task Every_block_that_makes_modules_is_formatted()
    {
        string path = _shell.Write("a.alloy", """
            import.git "g" { repository="https://git.example/a.git"
              path    = "m.alloy" }
            declare "d" { argument "a" { optional=true }
            export "e" { value=argument.a.value } }
            foreach "f" { collection=[1,2]
              var="x"
              template { d "x" { a=x } } }
            remotecfg { url="https://fleet.example" }
            """);

        Assert.Equal(0, await _shell.RunAsync("fmt", "-w", path));

        Assert.Equal(
            """
            import.git "g" {
            	repository = "https://git.example/a.git"
            	path       = "m.alloy"
            }

            declare "d" {
            	argument "a" {
            		optional = true
            	}

            	export "e" {
            		value = argument.a.value
            	}
            }

            foreach "f" {
            	collection = [1, 2]
            	var        = "x"

            	template {
            		d "x" {
            			a = x
            		}
            	}
            }

            remotecfg {
            	url = "https://fleet.example"
            }

            """, await File.ReadAllTextAsync(path));
    }

    [Fact]
    public async Task Validate_follows_imports_of_files_and_texts_however_deep()
    {
        _shell.Write("deep.alloy", "declare \"logs\" {\n  argument \"path\" { }\n  local.file \"f\" {\n    filename = argument.path.value\n  }\n}\n");
        _shell.Write("outer.alloy", "import.file \"deep\" {\n  filename = file.path_join(module_path, \"deep.alloy\")\n}\ndeclare \"logs\" {\n  argument \"paths\" { }\n  deep.logs \"x\" {\n    path = argument.paths.value\n  }\n}\n");
        string path = _shell.Write("a.alloy", $"import.file \"outer\" {{\n  filename = \"{_shell.Folder}/outer.alloy\"\n}}\n\nouter.logs \"mine\" {{\n  paths = [\"a\"]\n}}\n\nimport.string \"text\" {{\n  content = \"declare \\\"d\\\" {{ local.nothing \\\"x\\\" {{ }} }}\"\n}}\n\ntext.d \"y\" {{ }}\n");

        Assert.Equal(1, await _shell.RunAsync("validate", path));

        Assert.Contains($"{_shell.Folder}/deep.alloy:4:16: argument.path.value should be string, got array", _shell.Error, StringComparison.Ordinal);
        Assert.Contains($"{_shell.Folder}/outer.alloy:6:3: cannot load custom component deep.logs.x", _shell.Error, StringComparison.Ordinal);
        Assert.Contains($"{path}:5:1: cannot load custom component outer.logs.mine", _shell.Error, StringComparison.Ordinal);
        Assert.Contains("import.string.text:1:15: cannot find the definition of component name \"local.nothing\"", _shell.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("remotecfg {\n  url = \"https://fleet.example\"\n  poll_frequency = \"1s\"\n}\n", ":3:20: ")]
    [InlineData("remotecfg {\n  urls = \"https://fleet.example\"\n}\n", ":2:3: unrecognized attribute name \"urls\"")]
    [InlineData("foreach \"f\" {\n  collection = [\"a\"]\n  var = \"x\"\n  template {\n    local.file \"f\" {\n      filename = [x]\n    }\n  }\n}\n", ":6:18: ")]
    public async Task What_is_wrong_in_such_a_block_is_found_at_its_place(string text, string place)
    {
        string path = _shell.Write("a.alloy", text);

        Assert.Equal(1, await _shell.RunAsync("validate", "--stability.level=experimental", path));

        Assert.Contains(path + place, _shell.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_rights_of_components_inside_modules_are_counted_under_their_whole_ids()
    {
        _shell.Write("lib.alloy", """
            import.string "inner" {
              content = `declare "events" {
                argument "namespaces" { }
                loki.source.kubernetes_events "e" {
                  namespaces = argument.namespaces.value
                  forward_to = []
                }
              }`
            }
            declare "watch" {
              argument "role" { }
              argument "where" { optional = true }
              discovery.kubernetes "found" {
                role = argument.role.value
                namespaces { names = argument.where.value }
              }
              inner.events "some" { namespaces = argument.where.value }
              export "targets" { value = discovery.kubernetes.found.targets }
            }
            """);
        string path = _shell.Write("a.alloy", $$"""
            import.file "lib" { filename = "{{_shell.Folder}}/lib.alloy" }
            lib.watch "pods" {
              role  = "pod"
              where = ["shop"]
            }
            declare "unused" {
              discovery.kubernetes "nobody" { role = "service" }
            }
            foreach "roles" {
              collection = ["node"]
              var        = "role"
              template {
                discovery.kubernetes "each" { role = "ingress" }
              }
            }
            """);

        Assert.Equal(0, await _shell.RunAsync("rbac", path));

        JsonObject[] roles = [.. Yaml.Documents(_shell.Out).Where(static item => item["rules"] is not null)];
        string[] rights =
        [
            .. roles.SelectMany(static role => ManifestChecks.Items(role["rules"]).Select(rule =>
                $"{role["kind"]} {role["metadata"]!["namespace"]}: {rule["apiGroups"]![0]}/{rule["resources"]![0]}")),
        ];
        Assert.Contains("ClusterRole : networking.k8s.io/ingresses", rights);
        Assert.Contains("Role shop: /pods", rights);
        Assert.Contains("Role shop: /events", rights);
        Assert.DoesNotContain(rights, static right => right.EndsWith("/services", StringComparison.Ordinal));
        Assert.Contains("# lib.watch.pods/discovery.kubernetes.found\n", _shell.Out, StringComparison.Ordinal);
        Assert.Contains("# lib.watch.pods/inner.events.some/loki.source.kubernetes_events.e\n", _shell.Out, StringComparison.Ordinal);
        Assert.Contains("# foreach.roles/template/discovery.kubernetes.each\n", _shell.Out, StringComparison.Ordinal);
        Assert.DoesNotContain("nobody", _shell.Out, StringComparison.Ordinal);
    }
}
