using Agent.Conversion.Diagnostics;

namespace Agent.Conversion.Static.Integrations;

/// <summary>Tells which integrations are not in the result.</summary>
internal static class IntegrationFindings
{
    public static void Add(IEnumerable<Integration> integrations, Findings findings)
    {
        foreach (Integration integration in integrations)
        {
            if (!integration.IsEnabled)
            {
                findings.Warning($"disabled integrations do nothing and are not included in the output: {integration.Name}.");
            }
            else if (integration.Kind.Component is not null)
            {
                continue;
            }
            else if (integration.Name == "vsphere")
            {
                findings.Add(
                    ConversionSeverity.Error,
                    "Support for the vsphere integration has been removed in Alloy v1.0, and conversion will not be performed.",
                    "To achieve similar functionality, consider creating an otelcol.receiver.vcenter component and converting generated metrics to "
                    + "a Prometheus pipeline using otelcol.exporter.prometheus.");
            }
            else
            {
                findings.Error($"The converter does not support converting the provided {integration.Name} integration.");
            }
        }
    }
}
