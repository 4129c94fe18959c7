using System.Security.Cryptography;
using Agent.Components.Common.GoTemplate.Execution;
using Agent.Components.Common.GoTemplate.Values;

namespace Agent.Components.Common.GoTemplate.Functions;

/// <summary>Sprig's functions that give something else each time.</summary>
internal static class RandomFunctions
{
    private const string Digits = "0123456789";
    private const string Letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

    public static void AddTo(FunctionSet functions)
    {
        string printable = string.Concat(Enumerable.Range(' ', '~' - ' ' + 1).Select(static value => (char)value));
        AddTextOf(functions, "randAlphaNum", Letters + Digits);
        AddTextOf(functions, "randAlpha", Letters);
        AddTextOf(functions, "randNumeric", Digits);
        AddTextOf(functions, "randAscii", printable);
        functions
            .AddText("shuffle", Shuffle)
            .Add("uuidv4", FunctionSet.None, static (_, _) => GoValue.Of(Guid.NewGuid().ToString()))
            .Add("randBytes", [GoType.Int], RandomBytes)
            .Add("randInt", [GoType.Int, GoType.Int], static (run, a) => a[0].AsInt < a[1].AsInt
                ? GoValue.OfInt(Random.Shared.NextInt64(a[0].AsInt, a[1].AsInt))
                : run.Raise("invalid argument to Intn"));
    }

    private static void AddTextOf(FunctionSet functions, string name, string characters) => functions.Add(
        name,
        [GoType.Int],
        (run, a) => GoValue.Of(a[0].AsInt > 0 && run.Spend(a[0].AsInt) ? RandomNumberGenerator.GetString(characters, (int)a[0].AsInt) : ""));

    private static GoValue RandomBytes(TemplateRun run, ReadOnlySpan<GoValue> arguments)
    {
        if (arguments[0].AsInt < 0)
        {
            return run.Raise("runtime error: makeslice: len out of range");
        }
        return run.Spend(arguments[0].AsInt) ? GoValue.Of(Convert.ToBase64String(RandomNumberGenerator.GetBytes((int)arguments[0].AsInt))) : default;
    }

    private static string Shuffle(string text)
    {
        System.Text.Rune[] runes = [.. GoText.Runes(text)];
        Random.Shared.Shuffle(runes);
        return GoText.FromRunes(runes);
    }
}
