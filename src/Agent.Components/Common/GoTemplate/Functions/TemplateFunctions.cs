using System.Diagnostics.CodeAnalysis;
using Agent.Components.Common.GoTemplate.Execution;

namespace Agent.Components.Common.GoTemplate.Functions;

/// <summary>The functions that a template may call: those of <see cref="FunctionTable"/>, and the caller's own over them.</summary>
internal sealed class TemplateFunctions(IReadOnlyDictionary<string, GoFunction> own)
{
    /// <summary>What stages of loki.process have.</summary>
    public static TemplateFunctions OfStages { get; } = new(new Dictionary<string, GoFunction>());

    public bool TryFind(string name, [NotNullWhen(true)] out GoFunction? function, out string? leftOut)
    {
        leftOut = null;
        return own.TryGetValue(name, out function) || FunctionTable.TryFind(name, out function, out leftOut);
    }
}
