using System.Numerics;
using Agent.Sdk.Schema;
using Agent.Syntax.Values;

namespace Agent.Sdk.Decoding.Codecs;

public sealed class BoolCodec : ValueCodec<bool>
{
    internal BoolCodec()
        : base(new SchemaType(SchemaKind.Bool, "bool"))
    {
    }

    public override Value Encode(bool value) => Value.Of(value);

    protected override bool Read(Value value, DecodeProblem problem, out bool result)
    {
        result = value is BoolValue { IsTrue: true };
        return value is BoolValue or NullValue || problem.WrongType(value, "bool");
    }
}

/// <summary>A number of one width. Integers wrap and floats are cut, as Go's conversions do: 300 into eight bits is 44.</summary>
public sealed class NumberCodec<T> : ValueCodec<T>
    where T : struct, INumber<T>
{
    internal NumberCodec()
        : base(new SchemaType(SchemaKind.Number, "number"))
    {
    }

    private static bool IsReal => typeof(T) == typeof(double) || typeof(T) == typeof(float);

    private static bool IsUnsigned => T.IsPositive(T.CreateTruncating(-1L)) && !IsReal;

    public override Value Encode(T value)
    {
        if (IsReal)
        {
            return new NumberValue(double.CreateTruncating(value));
        }
        return IsUnsigned ? new NumberValue(ulong.CreateTruncating(value)) : new NumberValue(long.CreateTruncating(value));
    }

    protected override bool Read(Value value, DecodeProblem problem, out T result)
    {
        result = default;
        NumberValue? number = value switch
        {
            NumberValue given => given,
            NullValue => new NumberValue(0L),
            StringValue s when NumberText.TryParse(s.Text, out NumberValue? parsed) => parsed,
            CapsuleValue { Content: OptionalSecret { IsSecret: false } open } when NumberText.TryParse(open.Value, out NumberValue? parsed) => parsed,
            _ => null,
        };
        if (number is null)
        {
            return problem.WrongType(value, "number");
        }
        result = IsReal ? T.CreateTruncating(number.AsDouble)
            : IsUnsigned ? T.CreateTruncating(number.AsUInt64)
            : T.CreateTruncating(number.AsInt64);
        return true;
    }
}

/// <summary>Any value, as it is.</summary>
public sealed class AnyCodec : ValueCodec<Value>
{
    internal AnyCodec()
        : base(SchemaType.Any)
    {
    }

    public override Value Encode(Value value) => value;

    protected override bool Read(Value value, DecodeProblem problem, out Value result)
    {
        result = value;
        return IsKnown(value);
    }

    private static bool IsKnown(Value value) => value switch
    {
        UnknownValue => false,
        TargetListValue or TargetValue => true,
        ArrayValue array => array.All(IsKnown),
        ObjectValue map => map.Keys.All(key => IsKnown(map[key])),
        _ => true,
    };
}
