namespace Agent.Components.Loki.Write;

/// <summary>What becomes of a line that is longer than <c>max_line_size</c>.</summary>
public enum LineSizeAction
{
    /// <summary>Drop it and count it.</summary>
    Drop,

    /// <summary>Send its beginning and the marker.</summary>
    Truncate,

    /// <summary>Send it as several entries, each a nanosecond after the one before.</summary>
    Split,
}
