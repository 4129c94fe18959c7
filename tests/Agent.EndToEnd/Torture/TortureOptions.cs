using System.Globalization;

namespace Agent.EndToEnd.Torture;

/// <summary>What the environment says of the run.</summary>
/// <param name="Length">For how long lines are written and things are broken: INVAR_TORTURE_SECONDS.</param>
/// <param name="Seed">Decides what happens when: INVAR_TORTURE_SEED.</param>
/// <param name="Faults">What may happen: INVAR_TORTURE_FAULTS, names divided by commas; all of <see cref="FaultNames"/> without it.</param>
internal sealed record TortureOptions(TimeSpan Length, int Seed, IReadOnlySet<string> Faults)
{
    private const int DefaultSeconds = 180;
    private static readonly TimeSpan LongestOutage = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan LongestFull = TimeSpan.FromSeconds(10);

    /// <summary>Every kind of fault. Without "rotate" each log stays one file, without "parts" each message is one line.</summary>
    public static readonly IReadOnlyList<string> FaultNames =
        ["rotate", "parts", "kill", "term", "reload", "503", "429", "400", "hang", "reset", "down", "outage", "disk", "positions"];

    /// <summary>How long one of the sinks is gone, once.</summary>
    public TimeSpan Outage => Length / 3 < LongestOutage ? Length / 3 : LongestOutage;

    /// <summary>How long the disk is full, once.</summary>
    public TimeSpan DiskFull => Length / 6 < LongestFull ? Length / 6 : LongestFull;

    /// <exception cref="FormatException">A variable cannot be read.</exception>
    public static TortureOptions Read()
    {
        int seed = Number("INVAR_TORTURE_SEED") ?? Random.Shared.Next();
        HashSet<string> faults = Variable("INVAR_TORTURE_FAULTS") is { } named
            ? [.. named.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)]
            : [.. FaultNames];
        return faults.Except(FaultNames).FirstOrDefault() is { } unknown
            ? throw new FormatException($"INVAR_TORTURE_FAULTS: there is no fault {unknown}, only {string.Join(", ", FaultNames)}")
            : new TortureOptions(TimeSpan.FromSeconds(Number("INVAR_TORTURE_SECONDS") ?? DefaultSeconds), seed, faults);
    }

    private static string? Variable(string name) => Environment.GetEnvironmentVariable(name) is { Length: > 0 } value ? value : null;

    private static int? Number(string name) => Variable(name) is not { } text ? null
        : int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int number) ? number
        : throw new FormatException($"{name}: {text} is no number");
}
