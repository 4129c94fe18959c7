using Agent.Components.Common.Http;

namespace Agent.Components.Remote.Vault;

/// <summary>A server of Vault, and how the environment says it is to be trusted.</summary>
/// <param name="Address">Its URL.</param>
/// <param name="Namespace">Of what is asked; empty for the root.</param>
/// <param name="Tls">Of connections to it.</param>
internal sealed record VaultServer(Uri Address, string Namespace, TlsClientOptions Tls)
{
    /// <param name="arguments">Of the component.</param>
    /// <param name="variable">Reads a variable of the environment: those that the clients of Vault know count here, too.</param>
    public static VaultServer From(RemoteVault.Arguments arguments, Func<string, string?> variable)
    {
        string Of(string name) => variable(name) ?? "";

        string certificates = Of("VAULT_CACERT_BYTES");
        string file = certificates.Length == 0 ? Of("VAULT_CACERT") : "";
        if (certificates.Length == 0 && file.Length == 0 && Of("VAULT_CAPATH") is { Length: > 0 } folder)
        {
            certificates = ReadAll(folder);
        }
        var tls = new TlsClientOptions
        {
            CaPem = certificates,
            CaFile = file,
            CertFile = Of("VAULT_CLIENT_CERT"),
            KeyFile = Of("VAULT_CLIENT_KEY"),
            ServerName = Of("VAULT_TLS_SERVER_NAME"),
            InsecureSkipVerify = Of("VAULT_SKIP_VERIFY") is "1" or "t" or "T" or "true" or "TRUE" or "True",
        };
        return new VaultServer(arguments.Server, arguments.Namespace.Length > 0 ? arguments.Namespace : Of("VAULT_NAMESPACE"), tls);
    }

    public HttpClient Connect(TimeProvider time) => HttpClientBuilder.Build(
        new HttpClientOptions { Proxy = new ProxyOptions { ProxyFromEnvironment = true }, TlsConfig = Tls }, time);

    private static string ReadAll(string folder)
    {
        string[] files = Directory.GetFiles(folder);
        Array.Sort(files, StringComparer.Ordinal);
        return string.Join('\n', files.Select(File.ReadAllText));
    }
}
