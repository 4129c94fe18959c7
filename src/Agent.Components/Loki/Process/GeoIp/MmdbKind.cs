namespace Agent.Components.Loki.Process.GeoIp;

/// <summary>Types of values in a MaxMind database, by their number there.</summary>
internal enum MmdbKind
{
    Pointer = 1,
    Text = 2,
    Double = 3,
    Bytes = 4,
    UInt16 = 5,
    UInt32 = 6,
    Map = 7,
    Int32 = 8,
    UInt64 = 9,
    UInt128 = 10,
    Array = 11,
    Bool = 14,
    Float = 15,
}
