using System.Globalization;

namespace Agent.Components.Common.Http.Cloud;

/// <summary>Finds credentials and region the way the AWS SDKs do: settings, environment, service account, profile, container, machine.</summary>
internal sealed class AwsCredentialSource : IDisposable
{
    private static readonly DateTimeOffset Never = DateTimeOffset.MaxValue;

    /// <summary>Files are looked at again after so long.</summary>
    private static readonly TimeSpan FileLife = TimeSpan.FromMinutes(5);

    private readonly SigV4Options _options;
    private readonly AwsServices _services;
    private readonly TimeProvider _time;
    private readonly CloudClient _client = new();
    private readonly AwsSts _sts;
    private readonly CloudTokenCache<AwsCredentials> _own;
    private readonly CloudTokenCache<AwsCredentials> _role;
    private readonly CloudTokenCache<string> _region;

    public AwsCredentialSource(SigV4Options options, AwsServices services, TimeProvider time)
    {
        (_options, _services, _time) = (options, services, time);
        _sts = new AwsSts(services, options.UseFipsStsEndpoint, _client, time);
        _own = new CloudTokenCache<AwsCredentials>(FindAsync, time);
        _role = new CloudTokenCache<AwsCredentials>(AssumeAsync, time);
        _region = new CloudTokenCache<string>(FindRegionAsync, time);
    }

    public ValueTask<AwsCredentials> GetAsync(CancellationToken stop) =>
        _options.RoleArn.Length > 0 ? _role.GetAsync(stop) : _own.GetAsync(stop);

    public ValueTask<string> RegionAsync(CancellationToken stop) => _region.GetAsync(stop);

    public void Dispose()
    {
        _own.Dispose();
        _role.Dispose();
        _region.Dispose();
        _client.Dispose();
    }

    /// <summary>What services answer with, in their names.</summary>
    /// <param name="fields">Of the answer.</param>
    /// <param name="token">How the session token is called.</param>
    public static CloudToken<AwsCredentials> FromFields(Dictionary<string, string> fields, string token)
    {
        if (fields.GetValueOrDefault("AccessKeyId") is not { Length: > 0 } key
            || fields.GetValueOrDefault("SecretAccessKey") is not { Length: > 0 } secret)
        {
            throw new HttpRequestException("cannot fetch AWS credentials: the reply holds none");
        }
        DateTimeOffset expires = DateTimeOffset.TryParse(
            fields.GetValueOrDefault("Expiration"), CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out DateTimeOffset given)
            ? given
            : Never;
        return new CloudToken<AwsCredentials>(new AwsCredentials(key, secret, fields.GetValueOrDefault(token) ?? ""), expires);
    }

    private async Task<CloudToken<AwsCredentials>> AssumeAsync(CancellationToken stop) =>
        await _sts.AssumeAsync(_options, await _own.GetAsync(stop), await RegionAsync(stop), stop);

    private async Task<CloudToken<AwsCredentials>> FindAsync(CancellationToken stop)
    {
        if (_options.AccessKey.Length > 0)
        {
            return new CloudToken<AwsCredentials>(new AwsCredentials(_options.AccessKey, _options.SecretKey!.Reveal()), Never);
        }
        if (_options.Profile.Length > 0)
        {
            return FromProfile(_options.Profile)
                ?? throw new HttpRequestException($"cannot sign for AWS: there is no profile \"{_options.Profile}\" with an access key");
        }
        if (Of("AWS_ACCESS_KEY_ID") is { Length: > 0 } key && Of("AWS_SECRET_ACCESS_KEY") is { Length: > 0 } secret)
        {
            return new CloudToken<AwsCredentials>(new AwsCredentials(key, secret, Of("AWS_SESSION_TOKEN")), Never);
        }
        if (Of("AWS_WEB_IDENTITY_TOKEN_FILE") is { Length: > 0 } file && Of("AWS_ROLE_ARN") is { Length: > 0 } role)
        {
            return await _sts.AssumeWithTokenAsync(role, new Credential(null, file).Reveal(), await RegionAsync(stop), stop);
        }
        return FromProfile(Of("AWS_PROFILE") is { Length: > 0 } named ? named : "default") ?? await FromServiceAsync(stop);
    }

    private CloudToken<AwsCredentials>? FromProfile(string name)
    {
        Dictionary<string, string> profile = AwsProfile.Read(_services, name);
        return profile.GetValueOrDefault("aws_access_key_id") is { Length: > 0 } key
            && profile.GetValueOrDefault("aws_secret_access_key") is { Length: > 0 } secret
            ? new CloudToken<AwsCredentials>(
                new AwsCredentials(key, secret, profile.GetValueOrDefault("aws_session_token") ?? ""), _time.GetUtcNow() + FileLife)
            : null;
    }

    /// <summary>The container's service where the environment names one, else the machine's.</summary>
    private async Task<CloudToken<AwsCredentials>> FromServiceAsync(CancellationToken stop)
    {
        string url = Of("AWS_CONTAINER_CREDENTIALS_FULL_URI");
        if (url.Length == 0 && Of("AWS_CONTAINER_CREDENTIALS_RELATIVE_URI") is { Length: > 0 } relative)
        {
            url = "http://169.254.170.2" + relative;
        }
        if (url.Length > 0)
        {
            var request = new HttpRequestMessage(HttpMethod.Get, url);
            string token = Of("AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE") is { Length: > 0 } file
                ? new Credential(null, file).Reveal()
                : Of("AWS_CONTAINER_AUTHORIZATION_TOKEN");
            if (token.Length > 0)
            {
                request.Headers.TryAddWithoutValidation("Authorization", token);
            }
            return FromFields(await _client.FieldsAsync(request, "AWS credentials", stop), "Token");
        }
        const string roles = "/latest/meta-data/iam/security-credentials/";
        string session = await SessionAsync(stop);
        string role = (await _client.TextAsync(AskMachine(roles, session), "the machine's role", stop)).Split('\n')[0].Trim();
        return FromFields(await _client.FieldsAsync(AskMachine(roles + role, session), "AWS credentials", stop), "Token");
    }

    private async Task<CloudToken<string>> FindRegionAsync(CancellationToken stop)
    {
        string profile = _options.Profile.Length > 0 ? _options.Profile : Of("AWS_PROFILE") is { Length: > 0 } named ? named : "default";
        string?[] candidates = [_options.Region, Of("AWS_REGION"), Of("AWS_DEFAULT_REGION"), AwsProfile.Read(_services, profile).GetValueOrDefault("region")];
        if (Array.Find(candidates, static region => !string.IsNullOrEmpty(region)) is { } found)
        {
            return new CloudToken<string>(found, Never);
        }
        string session = await SessionAsync(stop);
        string region = await _client.TextAsync(AskMachine("/latest/meta-data/placement/region", session), "the machine's region", stop);
        return new CloudToken<string>(region.Trim(), Never);
    }

    private Task<string> SessionAsync(CancellationToken stop)
    {
        var request = new HttpRequestMessage(HttpMethod.Put, _services.Metadata + "/latest/api/token");
        request.Headers.TryAddWithoutValidation("X-aws-ec2-metadata-token-ttl-seconds", "300");
        return _client.TextAsync(request, "a session of the machine's metadata", stop);
    }

    private HttpRequestMessage AskMachine(string path, string session)
    {
        var request = new HttpRequestMessage(HttpMethod.Get, _services.Metadata + path);
        request.Headers.TryAddWithoutValidation("X-aws-ec2-metadata-token", session);
        return request;
    }

    private string Of(string variable) => _services.Variable(variable);
}
