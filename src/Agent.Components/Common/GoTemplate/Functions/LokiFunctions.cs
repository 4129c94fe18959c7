using System.Security.Cryptography;
using Agent.Components.Common.GoTemplate.Values;

namespace Agent.Components.Common.GoTemplate.Functions;

/// <summary>The functions that loki.process adds to sprig's; but for the regular expressions, which are the same as sprig's.</summary>
internal static class LokiFunctions
{
    public static void AddTo(FunctionSet functions) => functions
        .AddText("ToLower", GoText.ToLower)
        .AddText("ToUpper", GoText.ToUpper)
        .Add("Replace", [GoType.String, GoType.String, GoType.String, GoType.Int], static (run, a) =>
            TextFunctions.Replace(run, a[0].AsText, (a[1].AsText, a[2].AsText), a[3].AsInt))
        .Add("Trim", FunctionSet.TwoTexts, static (_, a) => GoValue.Of(GoText.Trim(a[0].AsText, CuttingFunctions.Cut(a[1].AsText))))
        .Add("TrimLeft", FunctionSet.TwoTexts, static (_, a) => GoValue.Of(GoText.TrimStart(a[0].AsText, CuttingFunctions.Cut(a[1].AsText))))
        .Add("TrimRight", FunctionSet.TwoTexts, static (_, a) => GoValue.Of(GoText.TrimEnd(a[0].AsText, CuttingFunctions.Cut(a[1].AsText))))
        .Add("TrimPrefix", FunctionSet.TwoTexts, static (_, a) => GoValue.Of(CuttingFunctions.TrimPrefix(a[0].AsText, a[1].AsText)))
        .Add("TrimSuffix", FunctionSet.TwoTexts, static (_, a) => GoValue.Of(CuttingFunctions.TrimSuffix(a[0].AsText, a[1].AsText)))
        .AddText("TrimSpace", GoText.TrimSpace)
        .Add("Hash", FunctionSet.TwoTexts, static (_, a) =>
            GoValue.Of(Convert.ToHexStringLower(Sha3.Hash256(GoText.ToUtf8(a[0].AsText + a[1].AsText)))))
        .Add("Sha2Hash", FunctionSet.TwoTexts, static (_, a) =>
            GoValue.Of(Convert.ToHexStringLower(SHA256.HashData(GoText.ToUtf8(a[0].AsText + a[1].AsText)))));
}
