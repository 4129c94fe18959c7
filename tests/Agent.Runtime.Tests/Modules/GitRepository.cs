using System.Diagnostics;

namespace Agent.Runtime.Tests.Modules;

/// <summary>A repository on disk with a module, <c>modules/m.alloy</c>, whose value comes from a file beside it.</summary>
internal sealed class GitRepository(string folder)
{
    /// <summary>The declare block that the module brings, as an import named <c>m</c> gives it, and a component that the import has nothing to do with.</summary>
    public const string Use = """

        m.d "x" { }
        test.value "end" { text = m.d.x.e }
        test.sink "other" { }
        """;

    public string Folder { get; } = folder;

    /// <summary>A version of the module.</summary>
    /// <returns>The commit.</returns>
    public string Commit(string value, string? tag = null)
    {
        if (!Directory.Exists(Path.Combine(Folder, ".git")))
        {
            Directory.CreateDirectory(Path.Combine(Folder, "modules"));
            Git("init", "--quiet", "--initial-branch=main");
        }
        File.WriteAllText(Path.Combine(Folder, "modules/m.alloy"), """
            import.file "lib" { filename = file.path_join(module_path, "lib.alloy") }
            declare "d" {
                lib.inner "i" { }
                export "e" { value = lib.inner.i.e }
            }
            """);
        File.WriteAllText(Path.Combine(Folder, "lib.alloy"), $$"""declare "inner" { export "e" { value = "{{value}}" } }""");
        Git("add", ".");
        Git("-c", "user.name=t", "-c", "user.email=t@example.com", "commit", "--quiet", "-m", value);
        if (tag is not null)
        {
            Git("tag", tag);
        }
        return Git("rev-parse", "HEAD").Trim();
    }

    public string Git(params string[] arguments)
    {
        var start = new ProcessStartInfo("git", ["-C", Folder, .. arguments]) { RedirectStandardOutput = true };
        using Process process = Process.Start(start)!;
        string said = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        Assert.Equal(0, process.ExitCode);
        return said;
    }

    /// <summary>An import of the module.</summary>
    /// <param name="address">Where the repository is.</param>
    /// <param name="more">Further arguments.</param>
    /// <param name="revision">What of it.</param>
    public static string Import(string address, string more = "", string revision = "main") => $$"""
        import.git "m" {
            repository     = "{{address}}"
            revision       = "{{revision}}"
            path           = "modules/m.alloy"
            pull_frequency = "50ms"
            {{more}}
        }
        """ + Use;
}
