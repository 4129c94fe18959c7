using System.Collections.Immutable;
using System.Text;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Text;

namespace Agent.Generators;

/// <summary>
/// Reads component declarations and writes decoders, schemas, export encoders and the assembly's catalog.
/// </summary>
/// <remarks>
/// Every step hands on models that compare by content and hold no symbol, so that a keystroke elsewhere ends after the first step.
/// A record that several components share is read once for each and written once.
/// </remarks>
[Generator]
public sealed class ComponentGenerator : IIncrementalGenerator
{
    public const string DeclarationsStep = "Declarations";

    public void Initialize(IncrementalGeneratorInitializationContext context)
    {
        IncrementalValueProvider<ImmutableArray<DeclarationModel>> all =
            Of(context, KnownNames.Component, DeclarationKind.Component).Collect()
            .Combine(Of(context, KnownNames.Stage, DeclarationKind.Stage).Collect())
            .Combine(Of(context, KnownNames.ConfigBlock, DeclarationKind.ConfigBlock).Collect())
            .Select(static (parts, _) => parts.Left.Left.AddRange(parts.Left.Right).AddRange(parts.Right));
        IncrementalValuesProvider<DeclarationModel> each = all.SelectMany(static (declarations, _) => declarations);

        context.RegisterSourceOutput(each, static (output, model) => WriteDeclaration(output, model));
        context.RegisterSourceOutput(
            all.SelectMany(static (declarations, _) => Distinct(declarations)),
            static (output, record) => Add(output, record.Namespace, record.CodecName, CodecWriter.Write(record)));
        IncrementalValueProvider<string> assembly = context.CompilationProvider.Select(static (compilation, _) => compilation.AssemblyName ?? "Assembly");
        context.RegisterSourceOutput(all.Combine(assembly), static (output, pair) => WriteCatalog(output, pair.Right, pair.Left));
    }

    private static IncrementalValuesProvider<DeclarationModel> Of(IncrementalGeneratorInitializationContext context, string attribute, DeclarationKind kind) =>
        context.SyntaxProvider.ForAttributeWithMetadataName(
            attribute,
            static (_, _) => true,
            (match, _) => DeclarationReader.Read(kind, (INamedTypeSymbol)match.TargetSymbol, match.Attributes[0]))
        .WithTrackingName(DeclarationsStep);

    private static void WriteDeclaration(SourceProductionContext output, DeclarationModel model)
    {
        foreach (Finding finding in model.Findings)
        {
            output.ReportDiagnostic(finding.ToDiagnostic());
        }
        if (model.Kind == DeclarationKind.Component && model.ArgumentsCodec.Length > 0)
        {
            Add(output, model.Namespace, model.ClassName + "Descriptor", DeclarationWriter.Component(model));
        }
    }

    private static IEnumerable<RecordModel> Distinct(ImmutableArray<DeclarationModel> declarations)
    {
        // Where a record is the root of one declaration and a part of another, the root's model counts: it has the block's name.
        return declarations.SelectMany(static declaration => declaration.Records)
            .GroupBy(static record => record.Type, StringComparer.Ordinal)
            .Select(static group => group.FirstOrDefault(static record => record.BlockName.Length > 0) ?? group.First());
    }

    private static void WriteCatalog(SourceProductionContext output, string assembly, ImmutableArray<DeclarationModel> declarations)
    {
        if (declarations.IsEmpty)
        {
            return;
        }
        foreach (IGrouping<string, DeclarationModel> group in declarations.GroupBy(static d => $"{d.Kind} {d.Name}").Where(static group => group.Count() > 1))
        {
            DeclarationModel[] twice = [.. group];
            output.ReportDiagnostic(Diagnostic.Create(
                Rules.DuplicateDeclaration, null, twice[0].Name, twice[0].ClassName, twice[1].ClassName));
        }
        Add(output, assembly, "GeneratedCatalog", CatalogWriter.Catalog(assembly, declarations));
        ILookup<string, DeclarationModel> stages = declarations.Where(static d => d.Family is not null && d.ArgumentsCodec.Length > 0)
            .ToLookup(static d => d.Family!.Type, StringComparer.Ordinal);
        IEnumerable<FamilyModel> families = declarations.SelectMany(static d => d.UsedFamilies)
            .Concat(declarations.Where(static d => d.Family is not null).Select(static d => d.Family!))
            .GroupBy(static family => family.Type, StringComparer.Ordinal).Select(static group => group.First());
        foreach (FamilyModel family in families)
        {
            Add(output, family.Namespace, family.CodecName, CatalogWriter.Family(family, stages[family.Type]));
        }
    }

    private static void Add(SourceProductionContext output, string ns, string name, string text) =>
        output.AddSource((ns.Length == 0 ? name : $"{ns}.{name}") + ".g.cs", SourceText.From(text.Replace("\r\n", "\n"), Encoding.UTF8));
}
