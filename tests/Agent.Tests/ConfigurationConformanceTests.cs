using System.Text.Json;
using Agent.CommandLine;
using Agent.Runtime.Configuration;
using Agent.Runtime.Graph;
using Agent.Sdk.Declarations;
using Agent.Sdk.Decoding;
using Agent.Syntax;
using Agent.Testing;

namespace Agent.Tests;

public sealed class ConfigurationConformanceTests
{
    private const string StagePrefix = "stage.";
    private static readonly HashSet<string> Names =
    [
        .. Shell.Build.Components.Components.Select(static component => component.Name),
        .. Shell.Build.ConfigBlocks.Select(static block => block.Name),
        "declare",
    ];

    private static readonly HashSet<string> Stages = [.. Shell.Build.Components.Stages.Select(static stage => StagePrefix + Bare(stage.Name))];

    [ConformanceFact]
    public void Real_configurations_validate_as_far_as_their_components_are_known()
    {
        var set = new ConformanceSet("configs/index");
        using JsonDocument index = Conformance.Load("configs/index.json");
        foreach (JsonElement item in index.RootElement.GetProperty("cases").EnumerateArray())
        {
            string file = item.GetProperty("file").GetString()!;
            set.Case(file, () => Check(Conformance.PathOf($"configs/{file}")!));
        }
        set.Finish();
    }

    [ConformanceFact]
    public void Diagnostics_are_those_of_Alloy()
    {
        var set = new ConformanceSet("configs/validate");
        using JsonDocument cases = Conformance.Load("configs/validate.json");
        foreach (JsonElement item in cases.RootElement.GetProperty("cases").EnumerateArray())
        {
            if (IsKnown(item))
            {
                set.Case(item.GetProperty("id").GetString()!, () => Compare(item));
            }
            else
            {
                // The golden diagnostics suppose components that this build does not have: what it says must be about them alone.
                Assert.Null(CheckKnownPart(item));
                set.Skip();
            }
        }
        set.Finish();
    }

    private static string? Check(string path)
    {
        DiagnosticBag diagnostics = ValidateCommand.Validate(Shell.Build, [path], Stability.Experimental);
        return Unexpected(diagnostics).FirstOrDefault()?.ToString();
    }

    private static string? CheckKnownPart(JsonElement item)
    {
        Assert.Empty(item.GetProperty("expected_diagnostics").EnumerateArray());
        DiagnosticBag found = ValidateCommand.Validate(Shell.Build, diagnostics => SourceOf(item, diagnostics), Stability.Experimental);
        return Unexpected(found).FirstOrDefault()?.ToString();
    }

    private static IEnumerable<Diagnostic> Unexpected(DiagnosticBag diagnostics) =>
        diagnostics.Where(static diagnostic => diagnostic.Severity == Severity.Error && !IsMissingPart(diagnostic));

    /// <summary>True where the error is only about something that this build does not have: nothing that it has gives such an error.</summary>
    private static bool IsMissingPart(Diagnostic diagnostic)
    {
        string text = diagnostic.Span.Source?.Text(diagnostic.Span) ?? "";
        string name = text.Split(' ', '"')[0];
        return diagnostic.Code switch
        {
            DiagnosticCodes.UnknownComponent => !Names.Contains(name),
            // Said again where the module is used.
            DiagnosticCodes.Module => true,
            DiagnosticCodes.NotSupported => BlockCatalog.IsPlanned(name),
            DiagnosticCodes.UnknownArgument => name.StartsWith(StagePrefix, StringComparison.Ordinal) && !Stages.Contains(name),
            _ => false,
        };
    }

    /// <summary>True where this build has every block of the case, apart from names that the case expects to be unknown.</summary>
    private static bool IsKnown(JsonElement item)
    {
        string expected = item.GetProperty("expected_output").GetString()!;
        BlockStatement[] blocks = [.. SourceOf(item, new DiagnosticBag()).Statements.OfType<BlockStatement>()];
        HashSet<string> custom = [.. AllOf(blocks).Where(static block => block.FullName == "declare" || block.FullName.StartsWith("import.", StringComparison.Ordinal))
            .Select(static block => block.Label ?? "")];
        return AllOf(blocks).All(block =>
            Names.Contains(block.FullName) || custom.Contains(block.Name[0])
                ? block.Body.OfType<BlockStatement>().All(static inner => !inner.FullName.StartsWith(StagePrefix, StringComparison.Ordinal) || Stages.Contains(inner.FullName))
                : expected.Contains($"component name \"{block.FullName}\"", StringComparison.Ordinal));
    }

    /// <summary>The blocks of a configuration and of the modules in it.</summary>
    private static IEnumerable<BlockStatement> AllOf(IEnumerable<BlockStatement> blocks) => blocks.SelectMany(static block =>
        block.FullName switch
        {
            "declare" => AllOf(block.Body.OfType<BlockStatement>()).Append(block),
            "foreach" => AllOf(block.Body.OfType<BlockStatement>().SelectMany(static template => template.Body.OfType<BlockStatement>())).Append(block),
            _ => [block],
        });

    private static string? Compare(JsonElement item)
    {
        Stability minimum = item.GetProperty("min_stability").GetString() switch
        {
            "experimental" => Stability.Experimental,
            "public-preview" => Stability.PublicPreview,
            _ => Stability.GenerallyAvailable,
        };
        DiagnosticBag found = ValidateCommand.Validate(Shell.Build, diagnostics => SourceOf(item, diagnostics), minimum);
        // Advice of our own is no part of what Alloy prints.
        IEnumerable<string> ours = found.Where(static diagnostic => diagnostic.Code is not (DiagnosticCodes.Unused or DiagnosticCodes.Unchecked or DiagnosticCodes.FailedCall) || diagnostic.Message.Contains("shadowing", StringComparison.Ordinal))
            .Select(static diagnostic => diagnostic.ToString());
        IEnumerable<string> theirs = item.GetProperty("expected_diagnostics").EnumerateArray().Select(static expected =>
            $"{expected.GetProperty("file").GetString()}:{expected.GetProperty("line").GetInt32()}:{expected.GetProperty("column").GetInt32()}: {expected.GetProperty("message").GetString()}");
        string[] missing = [.. theirs.Except(ours)];
        string[] extra = [.. ours.Except(theirs)];
        return missing.Length + extra.Length == 0 ? null : $"missing [{string.Join("; ", missing)}], unexpected [{string.Join("; ", extra)}]";
    }

    private static ConfigurationSource SourceOf(JsonElement item, DiagnosticBag diagnostics)
    {
        var files = new List<FileNode>();
        foreach (JsonProperty file in item.GetProperty("files").EnumerateObject().OrderBy(static file => file.Name, StringComparer.Ordinal))
        {
            ParseResult parsed = Parser.ParseFile(new SourceText(file.Name, file.Value.GetString()!));
            diagnostics.AddRange(parsed.Diagnostics);
            files.Add(parsed.File);
        }
        return new ConfigurationSource("", files);
    }

    private static string Bare(string stage) => stage.StartsWith(StagePrefix, StringComparison.Ordinal) ? stage[StagePrefix.Length..] : stage;
}
