namespace Agent.Wire.Exposition;

/// <summary>What the formats disagree on inside of braces.</summary>
internal enum LabelGrammar
{
    /// <summary>Blanks anywhere, commas optional, raw line breaks and zero bytes inside of values.</summary>
    Prometheus,

    /// <summary>No blanks, commas required, zero bytes but no line breaks inside of values.</summary>
    OpenMetrics,

    /// <summary>As OpenMetrics, without zero bytes, and a quoted text cannot stand for a metric's name.</summary>
    Exemplar,
}
