namespace Agent.Wire.Exposition;

/// <summary>What a reader stands on.</summary>
public enum ExpositionEntry
{
    /// <summary>Nothing: before the first entry, and behind the last.</summary>
    None,
    Help,
    Type,
    Unit,
    Comment,

    /// <summary>A series with one floating point value.</summary>
    Series,

    /// <summary>A series with a native histogram.</summary>
    Histogram,
}
