using Agent.Sdk.Declarations;
using Agent.Sdk.Decoding;
using Agent.Syntax;

namespace Agent.Runtime.Graph;

/// <summary>Refuses what is less settled than <c>--stability.level</c> asks for.</summary>
internal sealed class StabilityRule(Stability minimum)
{
    public void Check(Stability stability, string what, TextSpan span, DiagnosticBag diagnostics)
    {
        if (stability > minimum)
        {
            string level = $"\"{NameOf(stability)}\"";
            diagnostics.Error(
                DiagnosticCodes.Stability, span,
                $"{what} is at stability level {level}, which is below the minimum allowed stability level \"{NameOf(minimum)}\". "
                + $"Use --stability.level command-line flag to enable {level} features");
        }
    }

    private static string NameOf(Stability stability) => stability switch
    {
        Stability.GenerallyAvailable => "generally-available",
        Stability.PublicPreview => "public-preview",
        _ => "experimental",
    };
}
