using System.Xml;

namespace Agent.Components.Common.Http.Cloud;

/// <summary>The Security Token Service of AWS, which gives the credentials of roles.</summary>
internal sealed class AwsSts(AwsServices services, bool usesFips, CloudClient client, TimeProvider time)
{
    private const string SessionName = "invar";

    /// <summary>With the token of a Kubernetes service account, as EKS mounts it.</summary>
    public Task<CloudToken<AwsCredentials>> AssumeWithTokenAsync(string role, string token, string region, CancellationToken stop) => AskAsync(
        region, null,
        [
            new("Action", "AssumeRoleWithWebIdentity"),
            new("Version", "2011-06-15"),
            new("RoleArn", role),
            new("RoleSessionName", services.Variable("AWS_ROLE_SESSION_NAME") is { Length: > 0 } name ? name : SessionName),
            new("WebIdentityToken", token),
        ],
        stop);

    /// <param name="options">The role.</param>
    /// <param name="credentials">Who assumes it.</param>
    /// <param name="region">Whose service is asked.</param>
    /// <param name="stop">Ends the request.</param>
    public Task<CloudToken<AwsCredentials>> AssumeAsync(SigV4Options options, AwsCredentials credentials, string region, CancellationToken stop)
    {
        List<KeyValuePair<string, string>> form =
        [
            new("Action", "AssumeRole"),
            new("Version", "2011-06-15"),
            new("RoleArn", options.RoleArn),
            new("RoleSessionName", SessionName),
        ];
        if (options.ExternalId.Length > 0)
        {
            form.Add(new("ExternalId", options.ExternalId));
        }
        return AskAsync(region, credentials, form, stop);
    }

    private async Task<CloudToken<AwsCredentials>> AskAsync(
        string region, AwsCredentials? credentials, List<KeyValuePair<string, string>> form, CancellationToken stop)
    {
        string domain = region.StartsWith("cn-", StringComparison.Ordinal) ? "amazonaws.com.cn" : "amazonaws.com";
        string url = services.Sts ?? $"https://sts{(usesFips ? "-fips" : "")}.{region}.{domain}/";
        var request = new HttpRequestMessage(HttpMethod.Post, url) { Content = new FormUrlEncodedContent(form) };
        if (credentials is not null)
        {
            byte[] body = await request.Content.ReadAsByteArrayAsync(stop);
            SigV4.Sign(request, body, credentials, new SigV4Scope(region, "sts", time.GetUtcNow()));
        }
        return Read(await client.TextAsync(request, "credentials of a role", stop));
    }

    private static CloudToken<AwsCredentials> Read(string reply)
    {
        var fields = new Dictionary<string, string>(StringComparer.Ordinal);
        try
        {
            using var text = new StringReader(reply);
            using var xml = XmlReader.Create(text);
            for (bool more = xml.Read(); more;)
            {
                // Reading a text moves on to what follows its element.
                if (xml.NodeType == XmlNodeType.Element
                    && xml.LocalName is "AccessKeyId" or "SecretAccessKey" or "SessionToken" or "Expiration")
                {
                    string name = xml.LocalName;
                    fields[name] = xml.ReadElementContentAsString();
                }
                else
                {
                    more = xml.Read();
                }
                more &= !xml.EOF;
            }
        }
        catch (XmlException invalid)
        {
            throw new HttpRequestException("cannot fetch credentials of a role: the reply is no XML", invalid);
        }
        return AwsCredentialSource.FromFields(fields, "SessionToken");
    }
}
