using System.Globalization;

namespace Agent.EndToEnd.Kubernetes.Faults;

/// <summary>What the environment says of the run.</summary>
/// <param name="Length">For how long things are broken, and at least once each: INVAR_API_FAULTS_SECONDS.</param>
/// <param name="Seed">Decides what happens when: INVAR_API_FAULTS_SEED.</param>
/// <param name="Faults">What may happen: INVAR_API_FAULTS, names divided by commas; all of <see cref="FaultNames"/> without it.</param>
internal sealed record ApiFaultOptions(TimeSpan Length, int Seed, IReadOnlySet<string> Faults)
{
    private const int DefaultSeconds = 45;
    private static readonly TimeSpan LongRun = TimeSpan.FromSeconds(120);

    /// <summary>Every kind of fault.</summary>
    public static readonly IReadOnlyList<string> FaultNames =
        ["restart", "partition", "expired", "gone", "rotation", "revoked", "rbac", "html", "gateway", "cuts"];

    /// <summary>How long the server is out of reach; shorter where the whole run is short.</summary>
    public TimeSpan Partition => TimeSpan.FromSeconds(Length >= LongRun ? 10 : 5);

    /// <exception cref="FormatException">A variable cannot be read.</exception>
    public static ApiFaultOptions Read()
    {
        int seed = Number("INVAR_API_FAULTS_SEED") ?? Random.Shared.Next();
        HashSet<string> faults = Variable("INVAR_API_FAULTS") is { } named
            ? [.. named.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)]
            : [.. FaultNames];
        return faults.Except(FaultNames).FirstOrDefault() is { } unknown
            ? throw new FormatException($"INVAR_API_FAULTS: there is no fault {unknown}, only {string.Join(", ", FaultNames)}")
            : new ApiFaultOptions(TimeSpan.FromSeconds(Number("INVAR_API_FAULTS_SECONDS") ?? DefaultSeconds), seed, faults);
    }

    private static string? Variable(string name) => Environment.GetEnvironmentVariable(name) is { Length: > 0 } value ? value : null;

    private static int? Number(string name) => Variable(name) is not { } text ? null
        : int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int number) ? number
        : throw new FormatException($"{name}: {text} is no number");
}
