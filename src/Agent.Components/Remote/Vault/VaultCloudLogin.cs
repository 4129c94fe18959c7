using System.Text;
using System.Text.Json;
using Agent.Components.Common.Http.Cloud;

namespace Agent.Components.Remote.Vault;

/// <summary>The surroundings that identities of clouds come from.</summary>
/// <param name="Aws">Of AWS.</param>
/// <param name="Azure">Where machines of Azure ask.</param>
/// <param name="Google">Where machines of Google Cloud ask.</param>
/// <param name="GoogleIam">Where service accounts of Google Cloud sign.</param>
internal sealed record VaultClouds(AwsServices Aws, string Azure, string Google, string GoogleIam)
{
    public static VaultClouds FromEnvironment() => new(
        AwsServices.FromEnvironment(), "http://169.254.169.254", GoogleTokenSource.MetadataService, "https://iamcredentials.googleapis.com");
}

/// <summary>Proves to Vault who the agent is by what a cloud says of it.</summary>
internal sealed class VaultCloudLogin(VaultClouds clouds, TimeProvider time)
{
    private const string StsBody = "Action=GetCallerIdentity&Version=2011-06-15";
    private static readonly TimeSpan StatementLife = TimeSpan.FromMinutes(15);

    // Vault wants the same from a machine that it has seen before.
    private readonly string _nonce = Guid.NewGuid().ToString();

    public Task<List<KeyValuePair<string, string>>> AwsAsync(VaultAwsAuth options, CancellationToken stop) =>
        options.Type == VaultAwsKind.Ec2 ? Ec2Async(options, stop) : IamAsync(options, stop);

    public async Task<List<KeyValuePair<string, string>>> AzureAsync(VaultAzureAuth options, CancellationToken stop)
    {
        using var client = new CloudClient();
        string url = $"{clouds.Azure}/metadata/identity/oauth2/token?api-version=2018-02-01&resource={Uri.EscapeDataString(options.ResourceUrl)}";
        CloudToken<string> token = await client.TokenAsync(AskAzure(url), time, stop);
        Dictionary<string, string> machine = await client.FieldsAsync(
            AskAzure($"{clouds.Azure}/metadata/instance/compute?api-version=2021-02-01"), "the machine's metadata", stop);
        return
        [
            new("role", options.Role),
            new("jwt", token.Value),
            new("vm_name", machine.GetValueOrDefault("name") ?? ""),
            new("vmss_name", machine.GetValueOrDefault("vmScaleSetName") ?? ""),
            new("subscription_id", machine.GetValueOrDefault("subscriptionId") ?? ""),
            new("resource_group_name", machine.GetValueOrDefault("resourceGroupName") ?? ""),
        ];
    }

    public async Task<List<KeyValuePair<string, string>>> GcpAsync(VaultGcpAuth options, CancellationToken stop)
    {
        using var client = new CloudClient();
        string statement = options.Type == VaultGcpKind.Gce
            ? await MachineOfGoogleAsync(options, client, stop)
            : await AccountOfGoogleAsync(options, client, stop);
        return [new("role", options.Role), new("jwt", statement)];
    }

    private async Task<List<KeyValuePair<string, string>>> Ec2Async(VaultAwsAuth options, CancellationToken stop)
    {
        using var client = new CloudClient();
        var ask = new HttpRequestMessage(HttpMethod.Put, $"{clouds.Aws.Metadata}/latest/api/token");
        ask.Headers.TryAddWithoutValidation("X-aws-ec2-metadata-token-ttl-seconds", "300");
        string session = await client.TextAsync(ask, "a session of the machine's metadata", stop);

        Task<string> Of(string document)
        {
            var request = new HttpRequestMessage(HttpMethod.Get, $"{clouds.Aws.Metadata}/latest/dynamic/instance-identity/{document}");
            request.Headers.TryAddWithoutValidation("X-aws-ec2-metadata-token", session);
            return client.TextAsync(request, "the machine's identity", stop);
        }

        List<KeyValuePair<string, string>> fields = [new("role", options.Role), new("nonce", _nonce)];
        if (options.Ec2SignatureType == VaultEc2Signature.Identity)
        {
            fields.Add(new("identity", Base64(await Of("document"))));
            fields.Add(new("signature", (await Of("signature")).ReplaceLineEndings("")));
        }
        else
        {
            fields.Add(new("pkcs7", (await Of("pkcs7")).ReplaceLineEndings("")));
        }
        return fields;
    }

    /// <summary>A request that is signed but not sent: Vault sends it, and sees by the answer who signed it.</summary>
    private async Task<List<KeyValuePair<string, string>>> IamAsync(VaultAwsAuth options, CancellationToken stop)
    {
        using var source = new AwsCredentialSource(new SigV4Options { Region = options.Region }, clouds.Aws, time);
        AwsCredentials credentials = await source.GetAsync(stop);
        string region = await source.RegionAsync(stop);
        string domain = region.StartsWith("cn-", StringComparison.Ordinal) ? "amazonaws.com.cn" : "amazonaws.com";
        string url = $"https://sts.{region}.{domain}/";
        using var request = new HttpRequestMessage(HttpMethod.Post, url);
        (string Name, string Value)[] more =
        [
            ("content-type", "application/x-www-form-urlencoded; charset=utf-8"),
            .. options.IamServerIdHeader.Length > 0 ? [("x-vault-aws-iam-server-id", options.IamServerIdHeader)] : Array.Empty<(string, string)>(),
        ];
        SigV4.Sign(request, Encoding.UTF8.GetBytes(StsBody), credentials, new SigV4Scope(region, "sts", time.GetUtcNow()) { Headers = more });
        Dictionary<string, string> headers = request.Headers.NonValidated.ToDictionary(
            static header => header.Key, static header => header.Value.ToString(), StringComparer.OrdinalIgnoreCase);
        foreach ((string name, string value) in more)
        {
            headers[name] = value;
        }
        return
        [
            new("role", options.Role),
            new("iam_http_request_method", "POST"),
            new("iam_request_url", Base64(url)),
            new("iam_request_body", Base64(StsBody)),
            new("iam_request_headers", Base64(Json(json => WriteAll(json, headers)))),
        ];
    }

    private async Task<string> MachineOfGoogleAsync(VaultGcpAuth options, CloudClient client, CancellationToken stop)
    {
        string audience = Uri.EscapeDataString($"http://vault/{options.Role}");
        var request = new HttpRequestMessage(
            HttpMethod.Get, $"{clouds.Google}/computeMetadata/v1/instance/service-accounts/default/identity?audience={audience}&format=full");
        request.Headers.Add("Metadata-Flavor", "Google");
        return (await client.TextAsync(request, "the machine's identity", stop)).Trim();
    }

    private async Task<string> AccountOfGoogleAsync(VaultGcpAuth options, CloudClient client, CancellationToken stop)
    {
        string file = clouds.Aws.Variable("GOOGLE_APPLICATION_CREDENTIALS");
        var tokens = new GoogleTokenSource(file, clouds.Google, client, time) { Scope = "https://www.googleapis.com/auth/cloud-platform" };
        CloudToken<string> token = await tokens.FetchAsync(stop);
        string claims = Json(json =>
        {
            json.WriteString("aud"u8, $"http://vault/{options.Role}");
            json.WriteString("sub"u8, options.IamServiceAccount);
            json.WriteNumber("exp"u8, (time.GetUtcNow() + StatementLife).ToUnixTimeSeconds());
        });
        string account = Uri.EscapeDataString(options.IamServiceAccount);
        var request = new HttpRequestMessage(HttpMethod.Post, $"{clouds.GoogleIam}/v1/projects/-/serviceAccounts/{account}:signJwt")
        {
            Content = new StringContent(Json(json => json.WriteString("payload"u8, claims)), Encoding.UTF8, "application/json"),
        };
        request.Headers.TryAddWithoutValidation("Authorization", $"Bearer {token.Value}");
        Dictionary<string, string> answer = await client.FieldsAsync(request, "a signed statement", stop);
        return answer.GetValueOrDefault("signedJwt") is { Length: > 0 } signed
            ? signed
            : throw new HttpRequestException("cannot log in: the reply holds no signedJwt");
    }

    private static HttpRequestMessage AskAzure(string url)
    {
        var request = new HttpRequestMessage(HttpMethod.Get, url);
        request.Headers.Add("Metadata", "true");
        return request;
    }

    private static void WriteAll(Utf8JsonWriter json, Dictionary<string, string> headers)
    {
        foreach ((string name, string value) in headers)
        {
            json.WriteStartArray(name);
            json.WriteStringValue(value);
            json.WriteEndArray();
        }
    }

    private static string Base64(string text) => Convert.ToBase64String(Encoding.UTF8.GetBytes(text));

    private static string Json(Action<Utf8JsonWriter> write)
    {
        using var bytes = new MemoryStream();
        using (var json = new Utf8JsonWriter(bytes))
        {
            json.WriteStartObject();
            write(json);
            json.WriteEndObject();
        }
        return Encoding.UTF8.GetString(bytes.ToArray());
    }
}
