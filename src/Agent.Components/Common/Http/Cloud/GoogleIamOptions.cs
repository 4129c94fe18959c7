namespace Agent.Components.Common.Http.Cloud;

/// <summary>Authenticates with tokens of Google Cloud.</summary>
public sealed record GoogleIamOptions : ICloudAuthentication
{
    /// <summary>File with the key of a service account or a user's credentials, as Google hands them out; by default what GOOGLE_APPLICATION_CREDENTIALS names, or else the machine's own account.</summary>
    public string CredentialsFile { get; init; } = "";

    public HttpMessageHandler Wrap(HttpMessageHandler inner, TimeProvider time)
    {
        var client = new CloudClient();
        string path = CredentialsFile.Length > 0 ? CredentialsFile : Environment.GetEnvironmentVariable("GOOGLE_APPLICATION_CREDENTIALS") ?? "";
        var source = new GoogleTokenSource(path, GoogleTokenSource.MetadataService, client, time);
        return new CloudTokenHandler(inner, client, source.FetchAsync, time);
    }
}
