using System.Diagnostics.CodeAnalysis;
using Agent.Sdk.Schema;
using Agent.Syntax.Values;

namespace Agent.Sdk.Decoding;

/// <summary>Turns values of the configuration language into <typeparamref name="T"/> and back, by Alloy's rules of conversion.</summary>
public abstract class ValueCodec<T>(SchemaType type)
{
    /// <summary>What it takes, for schemas and messages.</summary>
    public SchemaType Type { get; } = type;

    /// <summary>
    /// False with a message in <paramref name="problem"/> where the value does not fit, and false without one where it would fit but is
    /// not known yet.
    /// </summary>
    public bool TryDecode(Value value, DecodeProblem problem, [MaybeNullWhen(false)] out T result)
    {
        if (value is UnknownValue unknown)
        {
            problem.NotKnown(unknown.Type, Type);
            result = default;
            return false;
        }
        return Read(value, problem, out result);
    }

    public abstract Value Encode(T value);

    /// <summary>The schema of an argument of this type that has to be written.</summary>
    public AttributeSchema Required(string name, string summary) => new(name, Type, true, null, summary);

    /// <summary>The schema of an argument that may be left out.</summary>
    public AttributeSchema Optional(string name, string summary, T fallback) =>
        new(name, Type, false, fallback is null ? null : ValueText.Of(Encode(fallback)), summary);

    protected abstract bool Read(Value value, DecodeProblem problem, [MaybeNullWhen(false)] out T result);
}
