using System.Xml.Linq;
using Agent.Testing;

namespace Agent.Architecture.Tests;

public sealed class ArrowTests
{
    [Fact]
    public void Every_project_below_src_has_its_place()
    {
        IEnumerable<string> found = Directory.EnumerateDirectories(Repository.PathOf("src")).Select(static path => Path.GetFileName(path)!);

        Assert.Equal(Arrows.Projects.Order(StringComparer.Ordinal), found.Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Project_references_follow_the_arrows()
    {
        List<string> wrong = [];
        foreach (string project in Arrows.Projects)
        {
            IReadOnlySet<string> allowed = Arrows.ReachableFrom(project);
            foreach (string reference in ReferencesOf(project))
            {
                if (!allowed.Contains(reference))
                {
                    wrong.Add($"{project} -> {reference}");
                }
            }
        }
        Assert.Empty(wrong);
    }

    [Fact]
    public void Using_lines_follow_the_arrows()
    {
        List<string> wrong = [];
        foreach (SourceFile file in SourceTree.Files("src"))
        {
            IReadOnlySet<string> allowed = Arrows.ReachableFrom(file.Project);
            foreach (string name in file.Usings())
            {
                if (ProjectOf(name) is { } target && !allowed.Contains(target))
                {
                    wrong.Add($"{file.Path}: using {name}");
                }
            }
        }
        Assert.Empty(wrong);
    }

    [Fact]
    public void A_family_of_components_uses_no_other_family()
    {
        List<string> wrong = [];
        foreach (SourceFile file in SourceTree.Files("src/Agent.Components"))
        {
            string family = file.Path.Split('/')[2];
            foreach (string name in file.Usings())
            {
                if (FamilyOf(name) is { } target && target != "Common" && target != family)
                {
                    wrong.Add($"{file.Path}: using {name}");
                }
            }
        }
        Assert.Empty(wrong);
    }

    [Theory]
    [InlineData("Agent.Syntax.Values", "Agent.Syntax")]
    [InlineData("Agent.Sdk", "Agent.Sdk")]
    [InlineData("Agent.Components.Loki.Write", "Agent.Components")]
    [InlineData("System.Text", null)]
    public void A_namespace_belongs_to_the_project_it_starts_with(string name, string? project) =>
        Assert.Equal(project, ProjectOf(name));

    [Fact]
    public void Arrows_are_followed_all_the_way_down_but_never_up()
    {
        Assert.Contains("Agent.Syntax", Arrows.ReachableFrom("Agent.Components"));
        Assert.DoesNotContain("Agent.Runtime", Arrows.ReachableFrom("Agent.Components"));
        Assert.DoesNotContain("Agent.Components", Arrows.ReachableFrom("Agent.Runtime"));
    }

    // Build-time references (a Roslyn component) bring no types along: they are no arrows.
    private static IEnumerable<string> ReferencesOf(string project) =>
        XDocument.Load(Repository.PathOf($"src/{project}/{project}.csproj"))
            .Descendants("ProjectReference")
            .Where(static reference => (string?)reference.Attribute("ReferenceOutputAssembly") != "false")
            .Select(static reference => Path.GetFileNameWithoutExtension((string)reference.Attribute("Include")!));

    private static string? ProjectOf(string name)
    {
        string[] parts = name.Split('.');
        if (parts[0] != "Agent")
        {
            return null;
        }
        string project = parts.Length > 1 ? $"Agent.{parts[1]}" : "Agent";
        return Arrows.Projects.Contains(project) ? project : "Agent";
    }

    private static string? FamilyOf(string name)
    {
        string[] parts = name.Split('.');
        return parts.Length > 2 && parts[0] == "Agent" && parts[1] == "Components" ? parts[2] : null;
    }
}
