using System.Diagnostics;
using Agent.Testing;

namespace Agent.EndToEnd.Prometheus;

/// <summary>Programs of others that the agent is tested with: on the PATH, else where <c>build/peers</c> brings them.</summary>
internal static class Peer
{
    public const string Prometheus = "prometheus";
    public const string NodeExporter = "prometheus-node-exporter";

    /// <summary>Null where it is missing.</summary>
    public static string? PathOf(string program) => (Environment.GetEnvironmentVariable("PATH") ?? "")
        .Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries)
        .Append(Repository.PathOf("artifacts/peers/usr/bin"))
        .Select(folder => Path.Combine(folder, program))
        .FirstOrDefault(File.Exists);

    /// <summary>Why a test that wants all of them cannot run; null where it can.</summary>
    public static string? Lack(params IEnumerable<string> programs)
    {
        string[] missing = [.. programs.Where(static program => PathOf(program) is null)];
        return missing.Length == 0 ? null : $"{string.Join(" and ", missing)} found neither on the PATH nor in artifacts/peers: run build/peers";
    }

    /// <summary>Starts a program, whose output goes to <paramref name="take"/>.</summary>
    public static Process Start(string program, IEnumerable<string> arguments, Action<string> take)
    {
        var process = new Process
        {
            StartInfo = new ProcessStartInfo(PathOf(program)!, arguments) { RedirectStandardOutput = true, RedirectStandardError = true },
        };
        process.OutputDataReceived += (_, line) => take(line.Data ?? "");
        process.ErrorDataReceived += (_, line) => take(line.Data ?? "");
        process.Start();
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        return process;
    }
}
