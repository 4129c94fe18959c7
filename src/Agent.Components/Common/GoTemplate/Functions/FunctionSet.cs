using Agent.Components.Common.GoTemplate.Execution;
using Agent.Components.Common.GoTemplate.Values;

namespace Agent.Components.Common.GoTemplate.Functions;

/// <summary>Functions in the making, by name; one added later takes the place of an earlier one.</summary>
internal sealed class FunctionSet
{
    public static readonly GoType[] None = [];
    public static readonly GoType[] OneAny = [GoType.Any];
    public static readonly GoType[] OneText = [GoType.String];
    public static readonly GoType[] TwoTexts = [GoType.String, GoType.String];
    public static readonly GoType[] ThreeTexts = [GoType.String, GoType.String, GoType.String];

    private readonly Dictionary<string, GoFunction> _functions = new(StringComparer.Ordinal);

    public IReadOnlyDictionary<string, GoFunction> Functions => _functions;

    public FunctionSet Add(string name, GoType[] parameters, FunctionBody body)
    {
        _functions[name] = new GoFunction(name, parameters, IsVariadic: false, body);
        return this;
    }

    /// <summary>Adds a function whose last parameter may be given any number of times.</summary>
    public FunctionSet AddVariadic(string name, GoType[] parameters, FunctionBody body)
    {
        _functions[name] = new GoFunction(name, parameters, IsVariadic: true, body);
        return this;
    }

    /// <summary>Adds <c>and</c> or <c>or</c>, which is evaluated without a body.</summary>
    public FunctionSet AddShortCircuit(string name, bool stopsAt)
    {
        _functions[name] = new GoFunction(name, [GoType.Reflected, GoType.Reflected], IsVariadic: true, static (_, _) => default) { StopsAt = stopsAt };
        return this;
    }

    /// <summary>Adds a function from text to text.</summary>
    public FunctionSet AddText(string name, Func<string, string> change) =>
        Add(name, OneText, (_, arguments) => GoValue.Of(change(arguments[0].AsText)));

    /// <summary>Gives a function another name as well.</summary>
    public FunctionSet Alias(string alias, string name)
    {
        _functions[alias] = _functions[name] with { Name = alias };
        return this;
    }
}
