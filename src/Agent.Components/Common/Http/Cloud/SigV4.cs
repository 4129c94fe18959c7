using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace Agent.Components.Common.Http.Cloud;

/// <summary>Credentials of AWS.</summary>
/// <param name="AccessKey">Names them.</param>
/// <param name="SecretKey">Signs with them.</param>
/// <param name="SessionToken">Of those that end; empty with others.</param>
internal sealed record AwsCredentials(string AccessKey, string SecretKey, string SessionToken = "");

/// <summary>What a signature is for.</summary>
/// <param name="Region">Such as <c>eu-west-1</c>.</param>
/// <param name="Service">Such as <c>aps</c>.</param>
/// <param name="Time">When it is made; good for some minutes.</param>
internal sealed record SigV4Scope(string Region, string Service, DateTimeOffset Time)
{
    /// <summary>Headers that are signed beside those of the signature itself, with names in lower case. Who sends the request sets them.</summary>
    public IReadOnlyList<(string Name, string Value)> Headers { get; init; } = [];

    /// <summary>S3 wants to be told the hash of the body, and takes the path as it is sent.</summary>
    public bool IsStorage => Service == "s3";
}

/// <summary>Signature Version 4 of AWS, with the signature in the Authorization header.</summary>
/// <remarks>https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html</remarks>
internal static class SigV4
{
    private const string Algorithm = "AWS4-HMAC-SHA256";

    /// <summary>Signs host, date, session token and what the scope names, and sets the headers of the signature.</summary>
    /// <param name="request">Its other headers are not signed.</param>
    /// <param name="body">What it will send.</param>
    /// <param name="credentials">Whose signature.</param>
    /// <param name="scope">What for.</param>
    public static void Sign(HttpRequestMessage request, ReadOnlySpan<byte> body, AwsCredentials credentials, SigV4Scope scope)
    {
        string date = scope.Time.UtcDateTime.ToString("yyyyMMdd'T'HHmmss'Z'", CultureInfo.InvariantCulture);
        Uri url = request.RequestUri!;
        string hash = Hex(SHA256.HashData(body));
        List<(string Name, string Value)> headers = HeadersOf(url, hash, credentials, scope, date);
        string names = string.Join(';', headers.Select(static header => header.Name));
        string canonical = string.Join('\n',
        [
            request.Method.Method, scope.IsStorage ? url.AbsolutePath : PathOf(url), QueryOf(url),
            .. headers.Select(static header => $"{header.Name}:{header.Value.Trim()}"),
            "", names, hash,
        ]);
        string place = $"{date[..8]}/{scope.Region}/{scope.Service}/aws4_request";
        string text = $"{Algorithm}\n{date}\n{place}\n{Hex(SHA256.HashData(Encoding.UTF8.GetBytes(canonical)))}";
        byte[] key = Encoding.UTF8.GetBytes("AWS4" + credentials.SecretKey);
        foreach (string part in place.Split('/'))
        {
            key = HMACSHA256.HashData(key, Encoding.UTF8.GetBytes(part));
        }
        string signature = Hex(HMACSHA256.HashData(key, Encoding.UTF8.GetBytes(text)));
        foreach ((string name, string value) in headers.Where(static header => header.Name.StartsWith("x-amz-", StringComparison.Ordinal)))
        {
            request.Headers.Remove(name);
            request.Headers.TryAddWithoutValidation(name, value);
        }
        request.Headers.Remove("Authorization");
        request.Headers.TryAddWithoutValidation(
            "Authorization", $"{Algorithm} Credential={credentials.AccessKey}/{place}, SignedHeaders={names}, Signature={signature}");
    }

    /// <summary>What is signed, in the order in which it is.</summary>
    private static List<(string Name, string Value)> HeadersOf(Uri url, string hash, AwsCredentials credentials, SigV4Scope scope, string date)
    {
        List<(string Name, string Value)> headers =
            [("host", url.IsDefaultPort ? url.Host : url.Authority), ("x-amz-date", date), .. scope.Headers];
        if (scope.IsStorage)
        {
            headers.Add(("x-amz-content-sha256", hash));
        }
        if (credentials.SessionToken.Length > 0)
        {
            headers.Add(("x-amz-security-token", credentials.SessionToken));
        }
        headers.Sort(static (one, other) => string.CompareOrdinal(one.Name, other.Name));
        return headers;
    }

    /// <summary>Each part of the path, as it is sent, encoded once more.</summary>
    private static string PathOf(Uri url) => string.Join('/', url.AbsolutePath.Split('/').Select(Uri.EscapeDataString));

    private static string QueryOf(Uri url) => string.Join('&', url.Query.TrimStart('?')
        .Split('&', StringSplitOptions.RemoveEmptyEntries)
        .Select(static pair => pair.Split('=', 2))
        .Select(static pair => (Name: Again(pair[0]), Value: Again(pair.Length > 1 ? pair[1] : "")))
        .OrderBy(static pair => pair.Name, StringComparer.Ordinal).ThenBy(static pair => pair.Value, StringComparer.Ordinal)
        .Select(static pair => $"{pair.Name}={pair.Value}"));

    private static string Again(string text) => Uri.EscapeDataString(Uri.UnescapeDataString(text));

    private static string Hex(byte[] bytes) => Convert.ToHexStringLower(bytes);
}

/// <summary>Signs each request.</summary>
internal sealed class SigV4Handler(SigV4Options options, AwsCredentialSource source, TimeProvider time, HttpMessageHandler inner)
    : DelegatingHandler(inner)
{
    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        AwsCredentials credentials = await source.GetAsync(cancellationToken);
        string region = await source.RegionAsync(cancellationToken);
        byte[] body = request.Content is null ? [] : await request.Content.ReadAsByteArrayAsync(cancellationToken);
        SigV4.Sign(request, body, credentials, new SigV4Scope(region, options.ServiceName, time.GetUtcNow()));
        return await base.SendAsync(request, cancellationToken);
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            source.Dispose();
        }
        base.Dispose(disposing);
    }
}
