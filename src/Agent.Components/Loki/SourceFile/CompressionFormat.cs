using Agent.Sdk.Declarations;

namespace Agent.Components.Loki.SourceFile;

/// <summary>How a file is compressed.</summary>
public enum CompressionFormat
{
    /// <summary>gzip.</summary>
    [Name("gz")]
    Gz,

    /// <summary>zlib.</summary>
    [Name("z")]
    Z,

    /// <summary>bzip2.</summary>
    [Name("bz2")]
    Bz2,
}
