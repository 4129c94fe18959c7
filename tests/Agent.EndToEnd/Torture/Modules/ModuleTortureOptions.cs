using System.Globalization;

namespace Agent.EndToEnd.Torture.Modules;

/// <summary>What the environment says of the run.</summary>
/// <param name="Reloads">How often something is changed: INVAR_TORTURE_RELOADS.</param>
/// <param name="Seed">Decides what: INVAR_TORTURE_SEED.</param>
internal sealed record ModuleTortureOptions(int Reloads, int Seed)
{
    private const int DefaultReloads = 60;

    /// <summary>The same plan every time, unless another one is asked for.</summary>
    private const int DefaultSeed = 7;

    /// <exception cref="FormatException">A variable cannot be read.</exception>
    public static ModuleTortureOptions Read() =>
        new(Number("INVAR_TORTURE_RELOADS") ?? DefaultReloads, Number("INVAR_TORTURE_SEED") ?? DefaultSeed);

    private static int? Number(string name) => Environment.GetEnvironmentVariable(name) is not { Length: > 0 } text ? null
        : int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int number) ? number
        : throw new FormatException($"{name}: {text} is no number");
}
