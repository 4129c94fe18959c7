using System.Text;
using Agent.Components.Common.Http;
using Agent.Components.Common.Yaml;
using Agent.Sdk;
using YamlDotNet.Core;

namespace Agent.Components.Common.Kubernetes;

/// <summary>Reads the current context of a kubeconfig file.</summary>
/// <remarks>Paths in it are relative to its folder. Where both a file and its data are given the data counts; of token and tokenFile the file does.</remarks>
internal sealed class Kubeconfig
{
    private readonly string _path;
    private readonly YamlTree _root;

    private Kubeconfig(string path, YamlTree root) => (_path, _root) = (path, root);

    /// <exception cref="ComponentException">The file cannot be read or used; the message says why.</exception>
    public static ClusterAddress Load(string path)
    {
        try
        {
            YamlTree? root = YamlTree.Parse(File.ReadAllText(path));
            return root?.Fields is null ? throw Unusable(path, "it is no map") : new Kubeconfig(path, root).Current();
        }
        catch (Exception failed) when (failed is IOException or UnauthorizedAccessException or YamlException)
        {
            throw new ComponentException($"cannot read the kubeconfig {path}: {failed.Message}", failed);
        }
    }

    private ClusterAddress Current()
    {
        string name = Text(_root, "current-context");
        if (name.Length == 0)
        {
            throw Unusable(_path, "it has no current-context");
        }
        YamlTree context = Named("contexts", name, "context");
        string clusterName = Text(context, "cluster");
        YamlTree cluster = Named("clusters", clusterName, "cluster");
        string server = Text(cluster, "server");
        if (!Uri.TryCreate(server, UriKind.Absolute, out Uri? url) || url.Scheme is not ("http" or "https"))
        {
            throw Unusable(_path, $"the server \"{server}\" of cluster \"{clusterName}\" is no URL");
        }
        string userName = Text(context, "user");
        YamlTree? user = userName.Length > 0 ? Named("users", userName, "user") : null;
        string inNamespace = Text(context, "namespace");
        return new ClusterAddress(url, HttpOf(cluster, user, userName), inNamespace.Length > 0 ? inNamespace : "default");
    }

    private HttpClientOptions HttpOf(YamlTree cluster, YamlTree? user, string userName)
    {
        (string caPem, string caFile) = DataOrFile(cluster, "certificate-authority");
        var tls = new TlsClientOptions
        {
            CaPem = caPem,
            CaFile = caFile,
            ServerName = Text(cluster, "tls-server-name"),
            InsecureSkipVerify = Text(cluster, "insecure-skip-tls-verify") == "true",
        };
        var http = new HttpClientOptions { Proxy = new ProxyOptions { ProxyUrl = Text(cluster, "proxy-url") }, TlsConfig = tls };
        return user is null ? http : WithUser(http, user, userName);
    }

    private HttpClientOptions WithUser(HttpClientOptions http, YamlTree user, string name)
    {
        RefusePlugins(user, name);
        (string certPem, string certFile) = DataOrFile(user, "client-certificate");
        (string keyPem, string keyFile) = DataOrFile(user, "client-key");
        if (certPem.Length + certFile.Length > 0 != keyPem.Length + keyFile.Length > 0)
        {
            throw Unusable(_path, $"of client-certificate and client-key, user \"{name}\" has only one");
        }
        http = http with
        {
            TlsConfig = http.TlsConfig with
            {
                CertPem = certPem,
                CertFile = certFile,
                KeyPem = keyPem.Length > 0 ? new Secret(keyPem) : null,
                KeyFile = keyFile,
            },
        };
        string tokenFile = FullPath(Text(user, "tokenFile"));
        if (tokenFile.Length > 0)
        {
            return http with { BearerTokenFile = tokenFile };
        }
        if (Text(user, "token") is { Length: > 0 } token)
        {
            return http with { BearerToken = new Secret(token) };
        }
        return Text(user, "username") is { Length: > 0 } login
            ? http with { BasicAuth = new BasicAuthOptions { Username = login, Password = new Secret(Text(user, "password")) } }
            : http;
    }

    private void RefusePlugins(YamlTree user, string name)
    {
        foreach (string plugin in (string[])["exec", "auth-provider", "as", "as-uid", "as-groups", "as-user-extra"])
        {
            if (user.Fields is { } fields && fields.TryGetValue(plugin, out YamlTree? set) && !set.IsNull)
            {
                throw Unusable(
                    _path,
                    $"user \"{name}\" authenticates with {plugin}, which is not supported; give it a token, a tokenFile or a client certificate instead");
            }
        }
    }

    /// <summary>What stands under <paramref name="kind"/> in the entry of that name.</summary>
    private YamlTree Named(string list, string name, string kind)
    {
        YamlTree? entry = _root.Fields!.GetValueOrDefault(list)?.Items?.Find(item => Text(item, "name") == name);
        return entry?.Fields?.GetValueOrDefault(kind) ?? throw Unusable(_path, $"it has no {kind} \"{name}\"");
    }

    private (string Pem, string File) DataOrFile(YamlTree of, string key)
    {
        string data = Text(of, key + "-data");
        if (data.Length == 0)
        {
            return ("", FullPath(Text(of, key)));
        }
        try
        {
            return (Encoding.UTF8.GetString(Convert.FromBase64String(data)), "");
        }
        catch (FormatException)
        {
            throw Unusable(_path, $"{key}-data is no base64");
        }
    }

    private string FullPath(string path) =>
        path.Length == 0 ? "" : Path.GetFullPath(path, Path.GetDirectoryName(Path.GetFullPath(_path)) ?? "/");

    private static string Text(YamlTree of, string key) => of.Fields?.GetValueOrDefault(key)?.Text ?? "";

    private static ComponentException Unusable(string path, string why) => new($"cannot use the kubeconfig {path}: {why}");
}
