using Agent.Sdk;
using Agent.Sdk.Declarations;
using Agent.Sdk.Schema;
using Agent.Syntax.Values;

namespace Agent.Runtime.StandardLibrary;

/// <summary>What a function does once its arguments are counted; null with the error set where it fails.</summary>
internal delegate Value? FunctionBody(CallArguments arguments);

/// <summary>One function of the standard library.</summary>
/// <param name="Name">Full name, such as <c>string.join</c>.</param>
/// <param name="Result">Type of the result, for when an argument is not known yet.</param>
/// <param name="Body">What it does.</param>
internal sealed record LibraryFunction(string Name, SchemaType Result, FunctionBody Body)
{
    /// <summary>How many arguments it takes, or at least takes where <see cref="IsVariadic"/>.</summary>
    public int Arguments { get; init; } = 1;

    public bool IsVariadic { get; init; }

    /// <summary>Counts its arguments itself, with a wording of its own.</summary>
    public bool CountsItself { get; init; }

    /// <summary>Passes values on without looking at them, so that values that are not known yet do no harm inside arrays.</summary>
    public bool PassesUnknown { get; init; }

    public Stability Stability { get; init; } = Stability.GenerallyAvailable;

    public FunctionValue ToValue() => new(Name, Invoke);

    private Value? Invoke(IReadOnlyList<Value> values, out CallError error)
    {
        error = default;
        if (!CountsItself && (values.Count < Arguments || (!IsVariadic && values.Count > Arguments)))
        {
            error = new CallError(CallArguments.WholeCall, $"expected {(IsVariadic ? "at least " : "")}{Arguments} args, got {values.Count}");
            return null;
        }
        if (!PassesUnknown && values.Any(HoldsUnknown))
        {
            return new UnknownValue(Result);
        }
        var arguments = new CallArguments(values);
        Value? result = Body(arguments);
        error = arguments.Error;
        return result;
    }

    private static bool HoldsUnknown(Value value) => value switch
    {
        UnknownValue => true,
        ArrayValue array => array.Any(HoldsUnknown),
        ObjectValue map => map.Keys.Any(key => HoldsUnknown(map[key])),
        _ => false,
    };
}
