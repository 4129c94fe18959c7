namespace Agent.Wire.Protobuf;

/// <summary>An open nested message: where its body begins and how many bytes are kept in front for its length.</summary>
public readonly record struct ProtobufMark(int BodyStart, int LengthBytes);
