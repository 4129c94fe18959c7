using System.Reflection;
using System.Runtime.InteropServices;

namespace Agent.Components.Prometheus.ExporterUnix;

/// <summary>The metric that says which build of an exporter this is.</summary>
/// <param name="program">Name of the exporter, such as <c>node_exporter</c>.</param>
internal sealed class BuildFamily(string program)
{
    private readonly Family _family = Family.Gauge(
        program + "_build_info",
        $"A metric with a constant '1' value labeled by version, revision, branch, goversion from which {program} was built, and the goos and goarch for the build.",
        "branch", "goarch", "goos", "goversion", "revision", "tags", "version");

    private readonly string[] _labels = Labels();

    public void Write(FamilyWriter output) => output.Write(_family, 1, _labels);

    private static string[] Labels()
    {
        string[] stamp = (typeof(BuildFamily).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion ?? "").Split('+', 2);
        string architecture = RuntimeInformation.ProcessArchitecture switch
        {
            Architecture.X64 => "amd64",
            Architecture.X86 => "386",
            Architecture other => other.ToString().ToLowerInvariant(),
        };
        return ["", architecture, "linux", RuntimeInformation.FrameworkDescription, stamp.Length > 1 ? stamp[1] : "", "unknown", stamp[0]];
    }
}
