namespace Agent.Syntax.Values;

/// <summary>How a number is held; arithmetic promotes to the wider of its two operands, as Alloy's does.</summary>
public enum NumberKind
{
    Int,
    Uint,
    Float,
}

/// <summary>A signed or unsigned 64-bit integer, or a double.</summary>
public sealed class NumberValue : Value
{
    private readonly ulong _bits;

    public NumberValue(long value)
    {
        NumberKind = NumberKind.Int;
        _bits = (ulong)value;
    }

    public NumberValue(ulong value)
    {
        NumberKind = NumberKind.Uint;
        _bits = value;
    }

    public NumberValue(double value)
    {
        NumberKind = NumberKind.Float;
        _bits = BitConverter.DoubleToUInt64Bits(value);
    }

    public NumberKind NumberKind { get; }

    public override ValueKind Kind => ValueKind.Number;

    /// <summary>The number as a signed integer; unsigned numbers wrap and floats are cut towards zero, as Go's conversions do.</summary>
    public long AsInt64 => NumberKind == NumberKind.Float ? (long)AsDouble : (long)_bits;

    public ulong AsUInt64 => NumberKind == NumberKind.Float ? (ulong)AsDouble : _bits;

    public double AsDouble => NumberKind switch
    {
        NumberKind.Int => (long)_bits,
        NumberKind.Uint => _bits,
        _ => BitConverter.UInt64BitsToDouble(_bits),
    };

    public override bool Equals(Value? other)
    {
        if (other is not NumberValue number)
        {
            return false;
        }
        if (NumberKind == NumberKind.Float || number.NumberKind == NumberKind.Float)
        {
            return AsDouble.Equals(number.AsDouble);
        }
        return _bits == number._bits && (NumberKind == number.NumberKind || (long)_bits >= 0);
    }

    public override int GetHashCode() => AsDouble.GetHashCode();
}
