using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace Agent.Components.Common.Http.Cloud;

/// <summary>Fetches tokens of Google Cloud.</summary>
/// <param name="path">The credentials file; empty for the machine's own account.</param>
/// <param name="metadata">Where the machine asks.</param>
/// <param name="client">Asks.</param>
/// <param name="time">The clock.</param>
internal sealed class GoogleTokenSource(string path, string metadata, CloudClient client, TimeProvider time)
{
    public const string MetadataService = "http://metadata.google.internal";
    private const string DefaultTokenUrl = "https://oauth2.googleapis.com/token";

    /// <summary>What the token of a service account allows: by default to write metrics.</summary>
    public string Scope { get; init; } = "https://www.googleapis.com/auth/monitoring.write";

    public Task<CloudToken<string>> FetchAsync(CancellationToken stop)
    {
        if (path.Length == 0)
        {
            var request = new HttpRequestMessage(HttpMethod.Get, $"{metadata}/computeMetadata/v1/instance/service-accounts/default/token");
            request.Headers.Add("Metadata-Flavor", "Google");
            return client.TokenAsync(request, time, stop);
        }
        Dictionary<string, string> file = CloudClient.FieldsOf(new Credential(null, path).Reveal(), path);
        string url = file.GetValueOrDefault("token_uri") is { Length: > 0 } named ? named : DefaultTokenUrl;
        List<KeyValuePair<string, string>> form = file.GetValueOrDefault("type") switch
        {
            "service_account" =>
            [
                new("grant_type", "urn:ietf:params:oauth:grant-type:jwt-bearer"),
                new("assertion", Assertion(file, url)),
            ],
            "authorized_user" =>
            [
                new("grant_type", "refresh_token"),
                new("client_id", Field(file, "client_id")),
                new("client_secret", Field(file, "client_secret")),
                new("refresh_token", Field(file, "refresh_token")),
            ],
            string other => throw new HttpRequestException($"cannot use {path}: credentials of type \"{other}\" are not known"),
            null => throw new HttpRequestException($"cannot use {path}: it does not say what type of credentials it holds"),
        };
        return client.TokenAsync(new HttpRequestMessage(HttpMethod.Post, url) { Content = new FormUrlEncodedContent(form) }, time, stop);
    }

    /// <summary>A signed statement of who asks (RFC 7523).</summary>
    private string Assertion(Dictionary<string, string> file, string url)
    {
        long now = time.GetUtcNow().ToUnixTimeSeconds();
        string head = Part(json =>
        {
            json.WriteString("alg"u8, "RS256"u8);
            json.WriteString("typ"u8, "JWT"u8);
            json.WriteString("kid"u8, file.GetValueOrDefault("private_key_id") ?? "");
        });
        string claims = Part(json =>
        {
            json.WriteString("iss"u8, Field(file, "client_email"));
            json.WriteString("scope"u8, Scope);
            json.WriteString("aud"u8, url);
            json.WriteNumber("iat"u8, now);
            json.WriteNumber("exp"u8, now + 3600);
        });
        using var key = RSA.Create();
        try
        {
            key.ImportFromPem(Field(file, "private_key"));
        }
        catch (Exception invalid) when (invalid is ArgumentException or CryptographicException)
        {
            throw new HttpRequestException($"cannot use {path}: private_key is no private key", invalid);
        }
        byte[] signature = key.SignData(Encoding.ASCII.GetBytes($"{head}.{claims}"), HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        return $"{head}.{claims}.{Base64Url.EncodeToString(signature)}";
    }

    private string Field(Dictionary<string, string> file, string name) => file.GetValueOrDefault(name) is { Length: > 0 } value
        ? value
        : throw new HttpRequestException($"cannot use {path}: {name} is missing");

    private static string Part(Action<Utf8JsonWriter> write)
    {
        using var bytes = new MemoryStream();
        using (var json = new Utf8JsonWriter(bytes))
        {
            json.WriteStartObject();
            write(json);
            json.WriteEndObject();
        }
        return Base64Url.EncodeToString(bytes.ToArray());
    }
}
