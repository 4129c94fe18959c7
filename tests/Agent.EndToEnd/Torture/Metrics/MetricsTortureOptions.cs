using System.Globalization;

namespace Agent.EndToEnd.Torture.Metrics;

/// <summary>What the environment says of the run.</summary>
/// <param name="Length">For how long samples are sent and things are broken: INVAR_TORTURE_SECONDS.</param>
/// <param name="Seed">Decides what happens when: INVAR_TORTURE_SEED.</param>
internal sealed record MetricsTortureOptions(TimeSpan Length, int Seed)
{
    private const int DefaultSeconds = 60;
    private static readonly TimeSpan LongestLife = TimeSpan.FromSeconds(20);

    /// <summary>How long each agent lives before it is killed.</summary>
    public TimeSpan Life => Length / 4 < LongestLife ? Length / 4 : LongestLife;

    /// <exception cref="FormatException">A variable cannot be read.</exception>
    public static MetricsTortureOptions Read() =>
        new(TimeSpan.FromSeconds(Number("INVAR_TORTURE_SECONDS") ?? DefaultSeconds), Number("INVAR_TORTURE_SEED") ?? Random.Shared.Next());

    private static int? Number(string name) => Environment.GetEnvironmentVariable(name) is not { Length: > 0 } text ? null
        : int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int number) ? number
        : throw new FormatException($"{name}: {text} is no number");
}
