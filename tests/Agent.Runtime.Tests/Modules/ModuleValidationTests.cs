using Agent.Runtime.Configuration;
using Agent.Runtime.StandardLibrary;
using Agent.Runtime.Validation;
using Agent.Sdk.Declarations;
using Agent.Syntax;

namespace Agent.Runtime.Tests.Modules;

public sealed class ModuleValidationTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("invar-validate-");

    public void Dispose() => _folder.Delete(recursive: true);

    [Theory]
    [InlineData("declare \"unused\" { test.value \"v\" { } }", "main.alloy:1:20: missing required attribute \"text\"")]
    [InlineData("declare \"d\" { argument \"n\" { }\n test.value \"v\" { text = argument.n.value } }\nd \"x\" { n = [1] }", "main.alloy:2:26: argument.n.value should be string, got array")]
    [InlineData("import.file \"m\" { filename = \"lib.alloy\" }\nm.d \"x\" { m = 1 }", "main.alloy:2:11: unrecognized attribute name \"m\"")]
    [InlineData("import.file \"m\" { filename = \"lib.alloy\" }\nm.e \"x\" { }", "main.alloy:2:1: cannot find the definition of component name \"m.e\"")]
    [InlineData("import.file \"m\" { filename = \"lib.alloy\" }\nm.d \"x\" { n = [] }", "lib.alloy:2:25: argument.n.value should be string, got array")]
    [InlineData("import.string \"m\" { content = \"declare\" }", "import.string.m:1:")]
    [InlineData("foreach \"f\" {\ncollection = []\nvar = \"x\"\ntemplate { test.value \"v\" { note = x } } }", "unrecognized attribute name \"note\"")]
    [InlineData("logging { }\ndeclare \"d\" { http { } }", "cannot find the definition of component name \"http\"")]
    public void What_is_wrong_in_a_module_is_found_without_running_it(string text, string message)
    {
        DiagnosticBag found = Validate(text);

        Assert.Contains(found.Where(static finding => finding.Severity == Severity.Error), finding => finding.ToString().Replace(_folder.FullName + "/", "", StringComparison.Ordinal).Contains(message, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("import.file \"m\" { filename = \"lib.alloy\" }\nm.d \"x\" { n = \"\" }\ntest.value \"v\" { text = m.d.x.e }")]
    [InlineData("import.file \"m\" { filename = \"away.alloy\" }\nm.any \"x\" { n = 1 }\ntest.value \"v\" { text = m.any.x.e }")]
    [InlineData("import.http \"m\" { url = \"http://localhost:1/m\" }\nm.any \"x\" { n = 1 }\ntest.value \"v\" { text = m.any.x.e }")]
    [InlineData("import.string \"m\" { content = test.value.v.output }\nm.any \"x\" { }\ntest.value \"v\" { text = \"\" }")]
    public void What_cannot_be_known_before_the_agent_runs_is_no_error(string text) =>
        Assert.DoesNotContain(Validate(text), static finding => finding.Severity == Severity.Error);

    private DiagnosticBag Validate(string text)
    {
        File.WriteAllText(Path.Combine(_folder.FullName, "lib.alloy"), "declare \"d\" { argument \"n\" { }\ntest.value \"v\" { text = argument.n.value }\nexport \"e\" { value = \"\" } }");
        File.WriteAllText(Path.Combine(_folder.FullName, "main.alloy"), text);
        var diagnostics = new DiagnosticBag();
        ConfigurationSource source = ConfigurationReader.Read(Path.Combine(_folder.FullName, "main.alloy"), diagnostics)!;
        var library = new StandardLibraryScope(new StandardLibraryOptions { UnsetIsUnknown = true });
        new ConfigurationValidator(ModuleRuntime.Catalog, library, library, Stability.Experimental).Validate(source, diagnostics);
        return diagnostics;
    }
}
