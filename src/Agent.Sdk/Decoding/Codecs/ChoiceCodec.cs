using Agent.Sdk.Schema;
using Agent.Syntax.Values;

namespace Agent.Sdk.Decoding.Codecs;

/// <summary>One of the words of an enumeration, exactly as written.</summary>
public sealed class ChoiceCodec<T> : ValueCodec<T>
    where T : struct
{
    private readonly (string Name, T Value)[] _choices;

    internal ChoiceCodec((string Name, T Value)[] choices)
        : base(new SchemaType(SchemaKind.Enumeration, "string") { Choices = [.. choices.Select(static choice => choice.Name)] }) =>
        _choices = choices;

    public override Value Encode(T value)
    {
        foreach ((string name, T choice) in _choices)
        {
            if (EqualityComparer<T>.Default.Equals(choice, value))
            {
                return Value.Of(name);
            }
        }
        return Value.Null;
    }

    protected override bool Read(Value value, DecodeProblem problem, out T result)
    {
        result = default;
        if (value is NullValue)
        {
            return problem.WrongType(value, "string");
        }
        if (!TextCodec.TryText(value, problem, out string? text))
        {
            return false;
        }
        foreach ((string name, T choice) in _choices)
        {
            if (name == text)
            {
                result = choice;
                return true;
            }
        }
        return problem.Invalid($"must be one of {string.Join(", ", _choices.Select(static choice => $"\"{choice.Name}\""))}");
    }
}
