using System.Globalization;
using System.Text;

namespace Agent.EndToEnd.Torture.Modules;

/// <summary>The texts of a <see cref="ModuleScript"/>: a configuration whose lines run through every kind of module, and the modules.</summary>
/// <remarks>
/// Sources are at the root, in an imported module and in a <c>foreach</c>; all keep their names, since positions belong to a name. What stands
/// between them and the sink comes, goes and is renamed.
/// </remarks>
internal static class ModuleTexts
{
    /// <summary>The instance that is always there, whose stages show which versions run.</summary>
    public const string Witness = "m.pipe.always/parts.label.set/loki.process.through";

    /// <summary>The imported file: instances of what it imports itself, and a source.</summary>
    public static string Module(int version) => $$"""
        import.file "parts" { filename = file.path_join(module_path, "parts") }

        declare "pipe" {
            argument "forward_to" { }
            argument "tag" { }

            parts.label "set" {
                forward_to = argument.forward_to.value
                tag        = argument.tag.value
                module     = "module-{{version}}"
            }

            export "receiver" { value = parts.label.set.receiver }
        }

        declare "tail" {
            argument "forward_to" { }
            argument "targets" { }

            loki.source.file "files" {
                targets    = argument.targets.value
                forward_to = [loki.process.version.receiver]
            }

            loki.process "version" {
                forward_to = argument.forward_to.value
                stage.static_labels { values = {tail = "{{version}}"} }
            }
        }
        """;

    /// <summary>The file that the imported file imports.</summary>
    public static string Part(int version) => $$"""
        declare "label" {
            argument "forward_to" { }
            argument "tag" { }
            argument "module" { }

            loki.process "through" {
                forward_to = argument.forward_to.value
                stage.static_labels { values = {tag = argument.tag.value, module = argument.module.value} }
                stage.static_labels { values = {part = "part-{{version}}"} }
            }

            export "receiver" { value = loki.process.through.receiver }
        }
        """;

    /// <summary>Versions of the file that cannot be used, each for another reason.</summary>
    public static readonly IReadOnlyList<Func<string, string>> Damages =
    [
        static module => module[..(module.Length / 2)],
        static module => "<!doctype html><html><body>Not found</body></html>",
        static module => module.Replace("export \"receiver\"", "export \"other\"", StringComparison.Ordinal),
        static module => module.Replace("= argument.forward_to.value", "= \"nowhere\"", StringComparison.Ordinal),
        static module => module.Replace("argument \"tag\" { }", "", StringComparison.Ordinal),
        static module => module.Replace("argument.tag.value", "argument.nothing.value", StringComparison.Ordinal),
        static module => module.Replace("declare \"", "declare \"not_", StringComparison.Ordinal),
        static module => module.Replace("values = {", "values = [{", StringComparison.Ordinal).Replace("module = ", "module = [] + ", StringComparison.Ordinal),
        static module => module + "\nloki.echo \"here\" { }",
        static module => "",
    ];

    /// <summary>Changes of the configuration that cannot be loaded, each for another reason.</summary>
    public static readonly IReadOnlyList<(string Broken, string Cause)> Mistakes =
    [
        ("m.pipe \"wrong\" {\n forward_to = [\n}", "expected"),
        ("m.pipe \"wrong\" {\n forward_to = []\n tag = [1]\n}", "should be string"),
        ("m.pipe \"wrong\" {\n forward_to = [m.pipe.always.nothing]\n tag = \"\"\n}", "nothing"),
        ("m.pipe \"wrong\" {\n forward_to = []\n}", "missing required attribute \"tag\""),
        ("m.pipe \"wrong\" {\n forward_to = []\n tag = \"\"\n more = 1\n}", "unrecognized attribute name \"more\""),
        ("m.nothing \"wrong\" { }", "cannot find the definition of component name \"m.nothing\""),
        ("nothing.pipe \"wrong\" { }", "cannot find the definition of component name \"nothing.pipe\""),
        ("stack \"wrong\" {\n forward_to = [stack.wrong.receiver]\n tag = \"\"\n}", "cannot reference self"),
        ("declare \"wrong\" { wrong \"again\" { } }\nwrong \"first\" { }", "cannot reference self"),
        ("import.file \"wrong\" { }", "missing required attribute \"filename\""),
        ("import.string \"wrong\" { content = \"declare\" }", "import.string.wrong"),
        ("foreach \"wrong\" {\n collection = \"no list\"\n var = \"x\"\n template { }\n}", "should be array"),
        ("m.pipe \"always\" {\n forward_to = []\n tag = \"\"\n}", "already"),
    ];

    public static string Configuration(ModuleScript script, ModulePaths paths)
    {
        var text = new StringBuilder();
        string next = AppendChain(text, script);
        string pods = string.Join(", ", script.Pods.Select(static pod => $"\"{pod}\""));
        string targets = string.Join(", ", Enumerable.Range(0, ModuleScript.RootPods).Select(pod => Target(paths, NumberedMessage.NameOf(pod))));
        string imported = string.Join(", ", ModuleScript.ImportedPods.Select(pod => Target(paths, NumberedMessage.NameOf(pod))));
        text.AppendLine(Inv($$"""
            import.file "m" { filename = "{{paths.Module}}" }

            import.string "s" {
                content = `declare "mark" {
                    argument "forward_to" { }
                    argument "tag" { }
                    loki.process "p" {
                        forward_to = argument.forward_to.value
                        stage.static_labels { values = {mark = argument.tag.value + "{{script.TextVersion}}"} }
                    }
                    export "receiver" { value = loki.process.p.receiver }
                }`
            }

            declare "stack" {
                argument "forward_to" { }
                argument "tag" { optional = true }
                declare "inner" {
                    argument "to" { }
                    s.mark "deep" {
                        forward_to = argument.to.value
                        tag        = "{{script.DeclareVersion}}"
                    }
                    export "receiver" { value = s.mark.deep.receiver }
                }
                inner "one" { to = [m.pipe.two.receiver] }
                m.pipe "two" {
                    forward_to = argument.forward_to.value
                    tag        = "two"
                }
                export "receiver" { value = inner.one.receiver }
            }

            m.pipe "always" {
                forward_to = [loki.write.sink.receiver]
                tag        = "{{script.Tag}}"
            }

            loki.source.file "root" {
                targets    = [{{targets}}]
                forward_to = [{{next}}]
            }

            m.tail "imported" {
                targets    = [{{imported}}]
                forward_to = [{{next}}]
            }

            foreach "pods" {
                collection = [{{pods}}]
                var        = "pod"
                template {
                    loki.source.file "files" {
                        targets    = [{__path__ = "{{paths.Logs}}/" + pod + ".log", pod = pod}]
                        forward_to = [m.pipe.item.receiver]
                    }
                    m.pipe "item" {
                        forward_to = [{{next}}]
                        tag        = pod
                    }
                }
            }

            declare "watch" {
                argument "pods" { }
                local.file_match "logs" { path_targets = argument.pods.value }
                prometheus.exporter.self "agent" { }
                prometheus.scrape "agent" {
                    targets         = prometheus.exporter.self.agent.targets
                    scrape_interval = "1s"
                    scrape_timeout  = "1s"
                    forward_to      = [prometheus.relabel.drop.receiver]
                }
                prometheus.relabel "drop" { forward_to = [] }
                export "targets" { value = local.file_match.logs.targets }
            }

            loki.write "sink" {
                endpoint {
                    url                = "{{paths.Sink}}"
                    batch_wait         = "{{100 + (50 * script.SinkVersion)}}ms"
                    min_backoff_period = "100ms"
                    max_backoff_period = "200ms"
                }
                external_labels = {sink = "{{script.SinkVersion}}"}
            }
            """));
        for (int i = 0; i < script.Watches; i++)
        {
            text.AppendLine(Inv($"watch \"w{i}\" {{\n pods = [{{__path__ = \"{paths.Logs}/*.log\"}}]\n}}"));
        }
        return text.ToString();
    }

    /// <summary>Appends the features that are present, each in front of the one before.</summary>
    /// <returns>The receiver of the first.</returns>
    private static string AppendChain(StringBuilder text, ModuleScript script)
    {
        string next = "m.pipe.always.receiver";
        foreach (ModuleFeature feature in script.Features.Where(static feature => feature.IsPresent))
        {
            text.AppendLine(Inv($"{feature.Component} \"{feature.Label}\" {{\n forward_to = [{next}]\n tag = \"{feature.Tag}\"\n}}"));
            next = $"{feature.Component}.{feature.Label}.receiver";
        }
        return next;
    }

    private static string Target(ModulePaths paths, string pod) => $"{{__path__ = \"{paths.Logs}/{pod}.log\", pod = \"{pod}\"}}";

    private static string Inv(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}

/// <summary>Where things are.</summary>
/// <param name="Logs">The folder of the logs.</param>
/// <param name="Module">The imported file.</param>
/// <param name="Sink">URL that takes pushes.</param>
internal sealed record ModulePaths(string Logs, string Module, string Sink);
