using Agent.Syntax.Values;

namespace Agent.Runtime.Evaluation;

/// <summary>Names that expressions may use.</summary>
public interface IScope
{
    /// <summary>Resolves the start of a dotted chain, such as <c>loki.write.local.receiver</c> written as four parts.</summary>
    /// <returns>The value of the longest start that this scope knows, <see cref="Resolution.Unknown"/>, or an error.</returns>
    Resolution Resolve(IReadOnlyList<string> parts);
}

/// <summary>What a scope makes of a dotted chain.</summary>
/// <param name="Value">The value, or null where there is none.</param>
/// <param name="Consumed">How many parts stand for the value, or are the ones that the error is about.</param>
/// <param name="Error">What is wrong with the reference, where the scope knows it to be its own.</param>
public readonly record struct Resolution(Value? Value, int Consumed, string? Error)
{
    /// <summary>The scope does not know the name; another one may.</summary>
    public static Resolution Unknown => default;

    public static Resolution Found(Value value, int consumed) => new(value, consumed, null);

    public static Resolution Failed(string error, int consumed) => new(null, consumed, error);
}
