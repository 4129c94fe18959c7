using Agent.Components.Common.Http;

namespace Agent.Components.Remote.Vault;

/// <summary>Logs in to Vault as the arguments say.</summary>
internal sealed class VaultLogin(VaultAuthOptions options, VaultClient client, VaultClouds clouds, TimeProvider time)
{
    private readonly VaultCloudLogin _clouds = new(clouds, time);

    // A wrapping token is good for one use; what was in it is good for as many as the role allows.
    private string? _unwrapped;

    /// <summary>Whether another login gives another token.</summary>
    public bool IsRepeatable => options.Token is null;

    /// <returns>The token, and how long it lives.</returns>
    public async Task<VaultAnswer> LoginAsync(CancellationToken stop)
    {
        if (options.Token is { } given)
        {
            return VaultAnswer.Empty with { Token = given.Token.Reveal() };
        }
        VaultAnswer answer = await client.SendAsync(await RequestAsync(stop), stop);
        return answer.Token is { Length: > 0 } ? answer : throw new InvalidDataException("cannot log in: the server's answer holds no token");
    }

    private async Task<VaultRequest> RequestAsync(CancellationToken stop) => options switch
    {
        { AppRole: { } role } => At(role.MountPath, [new("role_id", role.RoleId), new("secret_id", await SecretIdAsync(role, stop))]),
        { Kubernetes: { } pod } => At(
            pod.MountPath, [new("role", pod.Role), new("jwt", new Credential(null, pod.ServiceAccountFile).Reveal())]),
        { Ldap: { } user } => new VaultRequest(HttpMethod.Put, $"auth/{user.MountPath}/login/{user.Username}")
        {
            Fields = [new("password", user.Password.Reveal())],
        },
        { UserPass: { } user } => new VaultRequest(HttpMethod.Put, $"auth/{user.MountPath}/login/{user.Username}")
        {
            Fields = [new("password", user.Password.Reveal())],
        },
        { Custom: { } custom } => new VaultRequest(HttpMethod.Put, custom.Path)
        {
            Namespace = custom.Namespace,
            Fields = [.. custom.Data.Select(static field => KeyValuePair.Create(field.Key, field.Value.Reveal()))],
        },
        { Aws: { } aws } => At(aws.MountPath, await _clouds.AwsAsync(aws, stop)),
        { Azure: { } azure } => At(azure.MountPath, await _clouds.AzureAsync(azure, stop)),
        { Gcp: { } gcp } => At(gcp.MountPath, await _clouds.GcpAsync(gcp, stop)),
        _ => throw new InvalidOperationException("The arguments have not been validated."),
    };

    private static VaultRequest At(string mount, IReadOnlyList<KeyValuePair<string, string>> fields) =>
        new(HttpMethod.Put, $"auth/{mount.Trim('/')}/login") { Fields = fields };

    private async Task<string> SecretIdAsync(VaultAppRoleAuth role, CancellationToken stop)
    {
        if (!role.WrappingToken)
        {
            return role.Secret.Reveal();
        }
        if (_unwrapped is null)
        {
            VaultAnswer answer = await client.SendAsync(
                new VaultRequest(HttpMethod.Put, "sys/wrapping/unwrap") { Token = role.Secret.Reveal(), Fields = [] }, stop);
            string found = VaultAnswer.TextOf(answer.Data, "secret_id");
            _unwrapped = found.Length > 0 ? found : throw new InvalidDataException("cannot log in: the wrapping token holds no secret_id");
        }
        return _unwrapped;
    }
}
