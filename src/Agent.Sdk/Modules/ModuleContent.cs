namespace Agent.Sdk.Modules;

/// <summary>The text of a module as an <c>import.*</c> block found it; such a block passes it to <see cref="ComponentContext.Export"/>.</summary>
/// <param name="Files">What to parse. The order does not count.</param>
/// <param name="Path">What <c>module_path</c> stands for inside: the folder that relative imports are resolved against.</param>
/// <param name="Origin">Where it comes from: a module that imports its own origin is refused.</param>
public sealed record ModuleContent(ValueList<ModuleFile> Files, string Path, string Origin)
{
    /// <summary>Longer modules are refused: none is that long, and somebody named the wrong thing.</summary>
    public const int LongestBytes = 16 * 1024 * 1024;
}

/// <summary>One file of a module.</summary>
/// <param name="Name">As diagnostics show it.</param>
/// <param name="Text">Its content.</param>
public sealed record ModuleFile(string Name, string Text);

/// <summary>A component of the <c>import.*</c> family that wants to know which of its versions works.</summary>
public interface IModuleSource
{
    /// <summary>Called when the modules of <paramref name="content"/> run: the version to fall back to after a restart.</summary>
    void Accept(ModuleContent content);
}
