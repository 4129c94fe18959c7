namespace Agent.Wire.RemoteWrite;

/// <summary>Version of the remote write protocol.</summary>
public enum WriteVersion
{
    /// <summary>prometheus.WriteRequest</summary>
    V1,

    /// <summary>io.prometheus.write.v2.Request</summary>
    V2,
}

/// <summary>The HTTP headers of remote write.</summary>
public static class WriteProtocol
{
    public const string ContentTypeV1 = "application/x-protobuf";
    public const string ContentTypeV2 = "application/x-protobuf;proto=io.prometheus.write.v2.Request";
    public const string ContentEncoding = "snappy";
    public const string VersionHeader = "X-Prometheus-Remote-Write-Version";
    public const string VersionV1 = "0.1.0";
    public const string VersionV2 = "2.0.0";
    private const string ProtoParameter = "proto=";

    public static string ContentType(WriteVersion version) => version == WriteVersion.V1 ? ContentTypeV1 : ContentTypeV2;

    public static string Version(WriteVersion version) => version == WriteVersion.V1 ? VersionV1 : VersionV2;

    /// <summary>The version a sender means by its Content-Type; none at all means version 1. False for a type or message we do not know.</summary>
    public static bool TryVersion(string contentType, out WriteVersion version)
    {
        version = WriteVersion.V1;
        string[] parts = contentType.Split(';', StringSplitOptions.TrimEntries);
        if (parts[0].Length > 0 && !parts[0].Equals(ContentTypeV1, StringComparison.OrdinalIgnoreCase))
        {
            return false;
        }
        string? proto = Array.Find(parts, static part => part.StartsWith(ProtoParameter, StringComparison.OrdinalIgnoreCase))?[ProtoParameter.Length..];
        version = proto == "io.prometheus.write.v2.Request" ? WriteVersion.V2 : WriteVersion.V1;
        return proto is null or "prometheus.WriteRequest" or "io.prometheus.write.v2.Request";
    }
}
