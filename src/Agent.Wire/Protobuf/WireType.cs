namespace Agent.Wire.Protobuf;

/// <summary>The low three bits of a protobuf field's tag: how its value is laid out.</summary>
public enum WireType
{
    Varint = 0,
    Fixed64 = 1,
    LengthDelimited = 2,
    GroupStart = 3,
    GroupEnd = 4,
    Fixed32 = 5,
}
