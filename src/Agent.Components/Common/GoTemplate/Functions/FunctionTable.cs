using System.Collections.Frozen;
using System.Diagnostics.CodeAnalysis;
using Agent.Components.Common.GoTemplate.Execution;

namespace Agent.Components.Common.GoTemplate.Functions;

/// <summary>The functions that templates have: Go's own, sprig's over those, and loki.process' over both.</summary>
internal static class FunctionTable
{
    private static readonly FrozenDictionary<string, GoFunction> All = Build();

    /// <summary>Functions of sprig's that make passwords, keys and certificates: no work for a log pipeline.</summary>
    private static readonly FrozenSet<string> LeftOut = FrozenSet.Create(
        StringComparer.Ordinal,
        "bcrypt",
        "htpasswd",
        "derivePassword",
        "genPrivateKey",
        "buildCustomCert",
        "genCA",
        "genCAWithKey",
        "genSelfSignedCert",
        "genSelfSignedCertWithKey",
        "genSignedCert",
        "genSignedCertWithKey");

    /// <summary>Finds a function. The message says so where Alloy has it and this agent does not; null where nobody has it.</summary>
    public static bool TryFind(string name, [NotNullWhen(true)] out GoFunction? function, out string? leftOut)
    {
        leftOut = LeftOut.Contains(name) ? $"function \"{name}\" is not supported: templates make no passwords, keys or certificates" : null;
        return All.TryGetValue(name, out function);
    }

    private static FrozenDictionary<string, GoFunction> Build()
    {
        var functions = new FunctionSet();
        BuiltInFunctions.AddTo(functions);
        ComparisonFunctions.AddTo(functions);
        TextFunctions.AddTo(functions);
        CaseFunctions.AddTo(functions);
        CuttingFunctions.AddTo(functions);
        DefaultFunctions.AddTo(functions);
        ListFunctions.AddTo(functions);
        ListPartFunctions.AddTo(functions);
        MapFunctions.AddTo(functions);
        NumberFunctions.AddTo(functions);
        SequenceFunctions.AddTo(functions);
        DateFunctions.AddTo(functions);
        EncodingFunctions.AddTo(functions);
        HashFunctions.AddTo(functions);
        RandomFunctions.AddTo(functions);
        PathFunctions.AddTo(functions);
        UrlFunctions.AddTo(functions);
        PatternFunctions.AddTo(functions);
        VersionFunctions.AddTo(functions);
        EnvironmentFunctions.AddTo(functions);
        LokiFunctions.AddTo(functions);
        return functions.Functions.ToFrozenDictionary(StringComparer.Ordinal);
    }
}
