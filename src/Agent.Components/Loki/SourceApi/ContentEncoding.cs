using System.IO.Compression;

namespace Agent.Components.Loki.SourceApi;

/// <summary>What a request's body is wrapped in. Snappy belongs to the push format itself and is left to its reader.</summary>
internal static class ContentEncoding
{
    /// <summary>Null where the encoding is not known.</summary>
    public static Stream? Open(string encoding, Stream body) => encoding switch
    {
        "" or "snappy" => body,
        "gzip" => new GZipStream(body, CompressionMode.Decompress),
        "deflate" => new DeflateStream(body, CompressionMode.Decompress),
        _ => null,
    };
}
