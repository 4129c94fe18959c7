using Agent.Conversion.Diagnostics;

namespace Agent.Conversion.Static;

/// <summary>Converts configurations of Grafana Agent in static mode.</summary>
internal static class StaticConverter
{
    public static ConversionResult Convert(ConversionRequest request, Findings findings)
    {
        findings.Critical("cannot convert a configuration of Grafana Agent: the format static is not supported yet");
        return new ConversionResult(null, findings.All);
    }
}
