using System.Collections.Immutable;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;

namespace Agent.Generators.Tests;

/// <summary>Runs the generator over one source and keeps what came of it.</summary>
internal sealed class GeneratorRun
{
    private const string Usings = """
        using System;
        using System.Threading;
        using System.Threading.Tasks;
        using Agent.Sdk;
        using Agent.Sdk.Declarations;
        using Agent.Telemetry;
        using Agent.Telemetry.Logs;
        namespace Sample;

        """;

    private static readonly CSharpParseOptions Parsing = new(LanguageVersion.CSharp13, DocumentationMode.Diagnose);
    private static readonly ImmutableArray<MetadataReference> References =
    [
        .. ((string)AppContext.GetData("TRUSTED_PLATFORM_ASSEMBLIES")!).Split(Path.PathSeparator)
            .Select(static path => MetadataReference.CreateFromFile(path)),
    ];

    private GeneratorDriver _driver;
    private CSharpCompilation _compilation;

    public GeneratorRun(string source)
    {
        _compilation = CSharpCompilation.Create(
            "Sample",
            [CSharpSyntaxTree.ParseText(Usings + source, Parsing, "Sample.cs")],
            References,
            new CSharpCompilationOptions(
                OutputKind.DynamicallyLinkedLibrary,
                nullableContextOptions: NullableContextOptions.Enable,
                // As in the build: a missing doc comment is a review matter.
                specificDiagnosticOptions: [new("CS1591", ReportDiagnostic.Suppress), new("CS1573", ReportDiagnostic.Suppress)]));
        _driver = CSharpGeneratorDriver.Create(
            [new ComponentGenerator().AsSourceGenerator()],
            parseOptions: Parsing,
            driverOptions: new GeneratorDriverOptions(IncrementalGeneratorOutputKind.None, trackIncrementalGeneratorSteps: true));
        Run();
    }

    /// <summary>What the generator reported, as <c>AGT001: text</c>.</summary>
    public IEnumerable<string> Findings =>
        _driver.GetRunResult().Diagnostics.Select(static found => $"{found.Id}: {found.GetMessage()}").Order(StringComparer.Ordinal);

    public GeneratorRunResult Result => _driver.GetRunResult().Results.Single();

    /// <summary>All generated files in the order of their names, each under a line with its name.</summary>
    public string Sources => string.Concat(Result.GeneratedSources.OrderBy(static source => source.HintName, StringComparer.Ordinal)
        .Select(static source => $"//// {source.HintName}\n{source.SourceText}"));

    /// <summary>Errors and warnings of the compiler about source and generated code together.</summary>
    public IEnumerable<string> CompilerFindings =>
        _compilation.AddSyntaxTrees(Result.GeneratedSources.Select(static source => source.SyntaxTree)).GetDiagnostics()
            .Where(static found => found.Severity >= DiagnosticSeverity.Warning).Select(static found => found.ToString());

    /// <summary>Runs again after another file was added.</summary>
    public void AddFile(string source)
    {
        _compilation = _compilation.AddSyntaxTrees(CSharpSyntaxTree.ParseText(source, Parsing, "Other.cs"));
        Run();
    }

    private void Run() => _driver = _driver.RunGenerators(_compilation);
}
