using Agent.Components.Common.GoTemplate.Execution;
using Agent.Components.Common.GoTemplate.Values;

namespace Agent.Components.Common.GoTemplate.Functions;

/// <summary>Semantic versions.</summary>
internal static class VersionFunctions
{
    public static void AddTo(FunctionSet functions) => functions
        .Add("semver", FunctionSet.OneText, static (run, a) => SemanticVersion.TryParse(a[0].AsText, out SemanticVersion? version)
            ? GoValue.Of(version)
            : run.Raise(SemanticVersion.Invalid))
        .Add("semverCompare", FunctionSet.TwoTexts, Compare);

    private static GoValue Compare(TemplateRun run, ReadOnlySpan<GoValue> arguments)
    {
        if (!VersionConstraints.TryParse(arguments[0].AsText, out VersionConstraints? constraints, out string? error))
        {
            return run.Raise(error);
        }
        return SemanticVersion.TryParse(arguments[1].AsText, out SemanticVersion? version)
            ? GoValue.Of(constraints.Allow(version))
            : run.Raise(SemanticVersion.Invalid);
    }
}
