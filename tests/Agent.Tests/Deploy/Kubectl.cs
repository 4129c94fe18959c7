using System.Diagnostics;
using System.Globalization;
using System.Text.Json.Nodes;
using Agent.Testing;

namespace Agent.Tests.Deploy;

/// <summary>A test that builds kustomizations: skips, and says so, where there is no kubectl with a kustomize of version 4 or later.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class KubectlFactAttribute : FactAttribute
{
    public KubectlFactAttribute() => Skip = Kubectl.Missing;
}

/// <summary>The same, for each of several folders.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class KubectlTheoryAttribute : TheoryAttribute
{
    public KubectlTheoryAttribute() => Skip = Kubectl.Missing;
}

/// <summary>The kubectl of this machine; <c>build/peers</c> brings one.</summary>
internal static class Kubectl
{
    // Its kustomize is the first that knows components and labels.
    private const int OldestMinor = 25;

    private static readonly string? Program = (Environment.GetEnvironmentVariable("PATH") ?? "")
        .Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries)
        .Append(Repository.PathOf("artifacts/peers/usr/bin"))
        .Select(static folder => Path.Combine(folder, "kubectl"))
        .FirstOrDefault(File.Exists);

    /// <summary>Why kustomizations cannot be built here, or null.</summary>
    public static string? Missing { get; } = Find();

    /// <summary>The objects of a folder, relative to deploy/kubernetes.</summary>
    public static List<JsonObject> Kustomize(string folder)
    {
        (bool success, string output, string errors) = Run("kustomize", Path.Combine(Repository.PathOf("deploy/kubernetes"), folder));
        Assert.True(success, errors);
        return Yaml.Documents(output);
    }

    private static string? Find()
    {
        if (Program is null)
        {
            return "kubectl is neither on the PATH nor in artifacts/peers";
        }
        (bool success, string output, string errors) = Run("version", "--client", "-o", "json");
        if (!success)
        {
            return $"kubectl does not tell its version: {errors}";
        }
        // Vendors append to the number: "28+".
        string minor = JsonNode.Parse(output)!["clientVersion"]!["minor"]!.GetValue<string>();
        return int.Parse(minor.TrimEnd('+'), CultureInfo.InvariantCulture) < OldestMinor
            ? $"kubectl is of version 1.{minor}: 1.{OldestMinor} or later is needed"
            : null;
    }

    private static (bool Success, string Output, string Errors) Run(params string[] arguments)
    {
        var start = new ProcessStartInfo(Program!, arguments) { RedirectStandardOutput = true, RedirectStandardError = true };
        using Process process = Process.Start(start)!;
        Task<string> errors = process.StandardError.ReadToEndAsync();
        string output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return (process.ExitCode == 0, output, errors.Result);
    }
}
