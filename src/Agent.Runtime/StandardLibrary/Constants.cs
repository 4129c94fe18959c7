using System.Runtime.InteropServices;
using Agent.Syntax.Values;

namespace Agent.Runtime.StandardLibrary;

/// <summary>The fields of <c>constants</c>.</summary>
internal static class Constants
{
    public static MapValue Of(StandardLibraryOptions options) => new(new Dictionary<string, Value>(StringComparer.Ordinal)
    {
        ["hostname"] = Value.Of(options.HostName),
        ["os"] = Value.Of(OperatingSystemName()),
        ["arch"] = Value.Of(Architecture()),
        ["version"] = Value.Of(Version(options.Version.Trim())),
    });

    private static string OperatingSystemName() =>
        OperatingSystem.IsLinux() ? "linux" : OperatingSystem.IsMacOS() ? "darwin" : OperatingSystem.IsWindows() ? "windows" : "unknown";

    private static string Architecture() => RuntimeInformation.ProcessArchitecture switch
    {
        System.Runtime.InteropServices.Architecture.X64 => "amd64",
        System.Runtime.InteropServices.Architecture.X86 => "386",
        { } other => other.ToString().ToLowerInvariant(),
    };

    private static string Version(string version)
    {
        if (version.Length == 0)
        {
            return "v0.0.0";
        }
        return char.IsAsciiDigit(version[0]) ? "v" + version : version;
    }
}
