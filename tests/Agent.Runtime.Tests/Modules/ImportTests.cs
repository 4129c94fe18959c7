using Agent.Runtime.Graph;
using Agent.Runtime.Tests.Graph;
using Agent.Sdk;
using Agent.Testing;

namespace Agent.Runtime.Tests.Modules;

public sealed class ImportTests
{
    private const string Module = """
        declare "copy" {
            argument "text" { }
            test.value "v" { text = argument.text.value + "1" }
            test.value "steady" { text = "always" }
            export "output" { value = test.value.v.output }
        }
        """;

    private const string FromFile = """
        import.file "m" { filename = "module.alloy" }
        m.copy "c" { text = "a" }
        test.value "end" { text = m.copy.c.output }
        """;

    private static string End(ModuleRuntime runtime) => runtime.Node("test.value.end").Exports!["output"].ToString()!;

    [Fact]
    public async Task A_new_version_of_a_file_takes_the_place_of_the_old_one_and_leaves_alone_what_is_the_same()
    {
        await using var runtime = new ModuleRuntime();
        runtime.Write("module.alloy", Module);
        await runtime.LoadGoodAsync(FromFile);
        Assert.Equal("a1", End(runtime));
        var steady = runtime.Component<TestValue>("m.copy.c/test.value.steady");

        runtime.Write("module.alloy", Module.Replace("\"1\"", "\"2\"", StringComparison.Ordinal));

        await Eventually.TrueAsync(() => End(runtime) == "a2");
        Assert.Same(steady, runtime.Component<TestValue>("m.copy.c/test.value.steady"));
        Assert.Equal(1, steady.Applied);
    }

    [Theory]
    [InlineData("declare \"copy\" { nonsense", "module.alloy:1:")]
    [InlineData("<html><body>Not found</body></html>", "module.alloy:1:1")]
    [InlineData("declare \"other\" { }", "cannot find the definition of component name \"m.copy\"")]
    [InlineData("declare \"copy\" { argument \"text\" { }\nargument \"more\" { } }", "missing required attribute \"more\"")]
    [InlineData("test.sink \"s\" { }", "only declare and import blocks are allowed in a module, got test.sink")]
    public async Task A_bad_version_leaves_the_old_one_running_and_shows_why(string bad, string cause)
    {
        await using var runtime = new ModuleRuntime();
        runtime.Write("module.alloy", Module);
        await runtime.LoadGoodAsync(FromFile);
        var value = runtime.Component<TestValue>("m.copy.c/test.value.v");

        runtime.Write("module.alloy", bad);

        ComponentNode import = runtime.Node("import.file.m");
        await Eventually.TrueAsync(() => import.Health.Current.State == HealthState.Unhealthy);
        Assert.Contains(cause, import.Health.Current.Message, StringComparison.Ordinal);
        Assert.Same(value, runtime.Component<TestValue>("m.copy.c/test.value.v"));

        // What has nothing to do with the module is reloaded all the same.
        await runtime.LoadGoodAsync(FromFile + "\ntest.sink \"new\" { }");
        Assert.Same(value, runtime.Component<TestValue>("m.copy.c/test.value.v"));
        Assert.Equal(HealthState.Unhealthy, import.Health.Current.State);

        runtime.Write("module.alloy", Module.Replace("\"1\"", "\"3\"", StringComparison.Ordinal));

        await Eventually.TrueAsync(() => End(runtime) == "a3");
        Assert.Equal(HealthState.Healthy, import.Health.Current.State);
    }

    [Fact]
    public async Task A_bad_version_that_is_taken_back_leaves_the_import_healthy()
    {
        await using var runtime = new ModuleRuntime();
        runtime.Write("module.alloy", Module);
        await runtime.LoadGoodAsync(FromFile);
        var value = runtime.Component<TestValue>("m.copy.c/test.value.v");
        ComponentNode import = runtime.Node("import.file.m");
        runtime.Write("module.alloy", "declare");
        await Eventually.TrueAsync(() => import.Health.Current.State == HealthState.Unhealthy);

        runtime.Write("module.alloy", Module);

        await Eventually.TrueAsync(() => import.Health.Current.State == HealthState.Healthy);
        Assert.Same(value, runtime.Component<TestValue>("m.copy.c/test.value.v"));
    }

    [Fact]
    public async Task A_bad_version_of_one_import_does_not_keep_a_good_one_of_another()
    {
        await using var runtime = new ModuleRuntime();
        await runtime.LoadGoodAsync("""
            test.value "one" { text = "declare \"d\" { export \"e\" { value = \"1\" } }" }
            test.value "two" { text = "declare \"d\" { export \"e\" { value = \"1\" } }" }
            import.string "one" { content = test.value.one.output }
            import.string "two" { content = test.value.two.output }
            one.d "x" { }
            two.d "x" { }
            test.value "end" { text = one.d.x.e + two.d.x.e }
            """);
        Assert.Equal("11", End(runtime));

        runtime.Component<TestValue>("test.value.one").ExportNow("declare");
        runtime.Component<TestValue>("test.value.two").ExportNow("declare \"d\" { export \"e\" { value = \"2\" } }");

        await Eventually.TrueAsync(() => End(runtime) == "12");
        Assert.Equal(HealthState.Unhealthy, runtime.Node("import.string.one").Health.Current.State);
        Assert.Equal(HealthState.Healthy, runtime.Node("import.string.two").Health.Current.State);
    }

    [Fact]
    public async Task Imports_of_imported_modules_are_found_beside_them()
    {
        await using var runtime = new ModuleRuntime();
        runtime.Write("lib/module.alloy", """
            import.file "inner" { filename = "parts" }
            declare "copy" {
                argument "text" { }
                inner.twice "t" { text = argument.text.value + module_path }
                export "output" { value = inner.twice.t.output }
            }
            """);
        runtime.Write("lib/parts/a.alloy", "declare \"twice\" { argument \"text\" { }\n once \"o\" { text = argument.text.value }\n export \"output\" { value = once.o.output + once.o.output } }");
        runtime.Write("lib/parts/b.alloy", "declare \"once\" { argument \"text\" { }\n export \"output\" { value = argument.text.value } }");

        await runtime.LoadGoodAsync(FromFile.Replace("module.alloy", "lib/module.alloy", StringComparison.Ordinal));

        string lib = runtime.PathOf("lib");
        Assert.Equal($"a{lib}a{lib}", End(runtime));
        Assert.Contains("import.file.m/import.file.inner", runtime.Ids);
    }

    [Theory]
    [InlineData("import.file \"m\" { filename = \"module.alloy\" }")]
    [InlineData("declare \"copy\" { argument \"text\" { }\nimport.file \"m\" { filename = \"module.alloy\" }\nm.copy \"again\" { text = \"\" } }")]
    public async Task A_module_that_imports_itself_is_refused(string module)
    {
        await using var runtime = new ModuleRuntime();
        runtime.Write("module.alloy", module);

        LoadResult result = await runtime.LoadAsync(FromFile);

        Assert.False(result.Success);
        Assert.Contains("cannot import a module into itself", result.ErrorText, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Modules_that_import_each_other_are_refused()
    {
        await using var runtime = new ModuleRuntime();
        runtime.Write("module.alloy", "import.file \"b\" { filename = file.path_join(module_path, \"other.alloy\") }\ndeclare \"copy\" { argument \"text\" { } }");
        runtime.Write("other.alloy", "import.file \"a\" { filename = file.path_join(module_path, \"module.alloy\") }");

        LoadResult result = await runtime.LoadAsync(FromFile);

        Assert.False(result.Success);
        string module = runtime.PathOf("module.alloy");
        Assert.Contains($"other.alloy:1:1: cannot import a module into itself: {module} imports {runtime.PathOf("other.alloy")} imports {module}", result.ErrorText, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_wrong_type_deep_inside_is_shown_where_it_is_and_at_every_use()
    {
        await using var runtime = new ModuleRuntime();
        runtime.Write("module.alloy", """
            import.file "deep" { filename = file.path_join(module_path, "deep.alloy") }
            declare "copy" {
                argument "text" { }
                deep.value "inner" { given = argument.text.value }
            }
            """);
        runtime.Write("deep.alloy", """
            declare "value" {
                argument "given" { }
                test.value "v" { text = argument.given.value }
            }
            """);

        LoadResult result = await runtime.LoadAsync("import.file \"m\" { filename = \"module.alloy\" }\n\nm.copy \"c\" {\n    text = [1, 2]\n}");

        Assert.False(result.Success);
        string[] errors = [.. result.Diagnostics.Select(static found => found.ToString())];
        Assert.Contains(errors, error => error.StartsWith($"{runtime.PathOf("deep.alloy")}:3:29: argument.given.value should be string, got array", StringComparison.Ordinal));
        Assert.Contains(errors, error => error.StartsWith($"{runtime.PathOf("module.alloy")}:4:5: cannot load custom component deep.value.inner: ", StringComparison.Ordinal));
        Assert.Contains(errors, error => error.StartsWith($"{runtime.PathOf("main.alloy")}:3:1: cannot load custom component m.copy.c: ", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_file_that_is_missing_keeps_nothing_else_from_running_and_is_taken_when_it_comes()
    {
        var time = new Agent.Testing.FakeTimeProvider();
        await using var runtime = new ModuleRuntime(time: time);
        await runtime.LoadGoodAsync(FromFile + "\ntest.sink \"s\" { }");
        Assert.Contains("cannot read module module.alloy", runtime.Node("import.file.m").Health.Current.Message, StringComparison.Ordinal);
        Assert.Contains("waits for the module", runtime.Node("m.copy.c").Health.Current.Message, StringComparison.Ordinal);

        runtime.Write("module.alloy", Module);
        time.Advance(TimeSpan.FromSeconds(2));

        await Eventually.TrueAsync(() => runtime.Node("test.value.end").Exports is not null && End(runtime) == "a1");
        Assert.Equal(HealthState.Healthy, runtime.Node("m.copy.c").Health.Current.State);
    }

    [Fact]
    public async Task A_reload_that_names_a_missing_file_is_refused()
    {
        await using var runtime = new ModuleRuntime();
        runtime.Write("module.alloy", Module);
        await runtime.LoadGoodAsync(FromFile);

        LoadResult result = await runtime.LoadAsync(FromFile.Replace("module.alloy", "typo.alloy", StringComparison.Ordinal));

        Assert.False(result.Success);
        Assert.Contains("main.alloy:1:1: cannot read module typo.alloy", result.ErrorText, StringComparison.Ordinal);
        Assert.Equal("a1", End(runtime));
    }

    [Fact]
    public async Task A_module_of_a_hundred_megabytes_is_refused()
    {
        await using var runtime = new ModuleRuntime();
        using (FileStream large = File.Create(runtime.PathOf("module.alloy")))
        {
            large.SetLength(100L * 1024 * 1024);
        }
        await runtime.LoadGoodAsync(FromFile);

        Assert.Contains("larger than 16 MiB", runtime.Node("import.file.m").Health.Current.Message, StringComparison.Ordinal);
    }
}
