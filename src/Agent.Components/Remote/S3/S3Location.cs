using System.Buffers;
using System.Net;

namespace Agent.Components.Remote.S3;

/// <summary>An object of a storage: its bucket and its key.</summary>
internal sealed record S3Location(string Bucket, string Key)
{
    private const string Scheme = "s3://";

    // What a bucket may be called to stand in a host name before a wildcard certificate's domain.
    private static readonly SearchValues<char> HostLetters = SearchValues.Create("abcdefghijklmnopqrstuvwxyz0123456789-");

    /// <returns>Null where the text is not <c>s3://BUCKET/KEY</c>.</returns>
    public static S3Location? Parse(string path)
    {
        if (!path.StartsWith(Scheme, StringComparison.Ordinal))
        {
            return null;
        }
        int slash = path.IndexOf('/', Scheme.Length);
        return slash > Scheme.Length && slash + 1 < path.Length && !path.EndsWith('/')
            ? new S3Location(path[Scheme.Length..slash], path[(slash + 1)..])
            : null;
    }

    /// <summary>The endpoint that the options name; null where there is none, or none that can be used.</summary>
    public static Uri? EndpointOf(S3ClientOptions options)
    {
        string text = options.Endpoint.Contains("://", StringComparison.Ordinal)
            ? options.Endpoint
            : (options.DisableSsl ? "http://" : "https://") + options.Endpoint;
        return Uri.TryCreate(text, UriKind.Absolute, out Uri? url) && url.Scheme is "http" or "https" && url.Host.Length > 0 ? url : null;
    }

    /// <summary>Where the object is read.</summary>
    /// <param name="options">The storage's.</param>
    /// <param name="region">Of the bucket; without an endpoint it says where the storage is.</param>
    public Uri UrlIn(S3ClientOptions options, string region)
    {
        string domain = region.StartsWith("cn-", StringComparison.Ordinal) ? "amazonaws.com.cn" : "amazonaws.com";
        Uri server = EndpointOf(options) ?? new Uri($"{(options.DisableSsl ? "http" : "https")}://s3.{region}.{domain}");
        string folder = server.AbsolutePath.TrimEnd('/');
        string key = string.Join('/', Key.Split('/').Select(Uri.EscapeDataString));
        string text = options.UsePathStyle || !FitsHost(server)
            ? $"{server.Scheme}://{server.Authority}{folder}/{Uri.EscapeDataString(Bucket)}/{key}"
            : $"{server.Scheme}://{Bucket}.{server.Authority}{folder}/{key}";
        // A key may hold "..", which means nothing to the storage: the path is sent and signed as it is.
        return new Uri(text, new UriCreationOptions { DangerousDisablePathAndQueryCanonicalization = true });
    }

    private bool FitsHost(Uri server) => !IPAddress.TryParse(server.Host.Trim('[', ']'), out _) && !Bucket.AsSpan().ContainsAnyExcept(HostLetters);
}
