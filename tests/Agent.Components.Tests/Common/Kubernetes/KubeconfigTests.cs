using Agent.Components.Common.Kubernetes;
using Agent.Kubernetes.Watching;
using Agent.Sdk;
using Agent.Sdk.Sharing;
using Agent.Testing;
using Agent.Testing.Kubernetes;

namespace Agent.Components.Tests.Common.Kubernetes;

public sealed class KubeconfigTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("invar-test-").FullName;

    private string ConfigPath => Path.Combine(_folder, "config");

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void The_current_context_counts_and_files_are_relative_to_the_kubeconfig()
    {
        ClusterAddress address = Load(
            """
            current-context: two
            contexts:
            - {name: one, context: {cluster: missing, user: missing}}
            - {name: two, context: {cluster: c, user: u, namespace: shop}}
            clusters:
            - name: c
              cluster: {server: "https://api.example:6443/base", certificate-authority: pki/ca.crt, tls-server-name: kubernetes, proxy-url: "http://proxy:3128"}
            users:
            - name: u
              user: {tokenFile: token, token: unused, client-certificate: /pki/u.crt, client-key: /pki/u.key}
            """);
        Assert.Equal(("https://api.example:6443/base", "shop"), (address.Server.ToString(), address.Namespace));
        Assert.Equal(Path.Combine(_folder, "pki/ca.crt"), address.Http.TlsConfig.CaFile);
        Assert.Equal(("kubernetes", "/pki/u.crt", "/pki/u.key"), (address.Http.TlsConfig.ServerName, address.Http.TlsConfig.CertFile, address.Http.TlsConfig.KeyFile));
        Assert.Equal((Path.Combine(_folder, "token"), null), (address.Http.BearerTokenFile, address.Http.BearerToken));
        Assert.Equal("http://proxy:3128", address.Http.Proxy.ProxyUrl);
    }

    [Fact]
    public void Data_counts_before_files_and_a_password_before_nothing()
    {
        ClusterAddress address = Load(
            """
            current-context: x
            contexts: [{name: x, context: {cluster: c, user: u}}]
            clusters: [{name: c, cluster: {server: "http://localhost:8080", certificate-authority-data: Q0E=, certificate-authority: other, insecure-skip-tls-verify: true}}]
            users: [{name: u, user: {username: me, password: secret, client-certificate-data: Q0VSVA==, client-key-data: S0VZ}}]
            """);
        Assert.Equal(("CA", "", true), (address.Http.TlsConfig.CaPem, address.Http.TlsConfig.CaFile, address.Http.TlsConfig.InsecureSkipVerify));
        Assert.Equal(("CERT", "KEY"), (address.Http.TlsConfig.CertPem, address.Http.TlsConfig.KeyPem!.Reveal()));
        Assert.Equal(("me", "secret"), (address.Http.BasicAuth!.Username, address.Http.BasicAuth.Password!.Reveal()));
        Assert.Equal("default", address.Namespace);
    }

    [Theory]
    [InlineData("exec: {command: aws}", "user \"u\" authenticates with exec, which is not supported")]
    [InlineData("auth-provider: {name: gcp}", "user \"u\" authenticates with auth-provider, which is not supported")]
    [InlineData("as: admin", "user \"u\" authenticates with as, which is not supported")]
    [InlineData("client-certificate: a", "of client-certificate and client-key, user \"u\" has only one")]
    [InlineData("client-certificate-data: \"?\", client-key-data: S0VZ", "client-certificate-data is no base64")]
    public void A_user_that_cannot_be_had_is_refused_by_name(string user, string problem) => Assert.Contains(
        problem,
        Assert.Throws<ComponentException>(() => Load(
            $$$"""
            current-context: x
            contexts: [{name: x, context: {cluster: c, user: u}}]
            clusters: [{name: c, cluster: {server: "http://localhost:8080"}}]
            users: [{name: u, user: { {{{user}}} }}]
            """)).Message,
        StringComparison.Ordinal);

    [Theory]
    [InlineData("", "it is no map")]
    [InlineData("[]", "it is no map")]
    [InlineData("a: [", "cannot read the kubeconfig")]
    [InlineData("contexts: []", "it has no current-context")]
    [InlineData("current-context: x", "it has no context \"x\"")]
    [InlineData("{current-context: x, contexts: [{name: x, context: {cluster: c}}]}", "it has no cluster \"c\"")]
    [InlineData("{current-context: x, contexts: [{name: x, context: {cluster: c}}], clusters: [{name: c, cluster: {server: nowhere}}]}", "the server \"nowhere\" of cluster \"c\" is no URL")]
    [InlineData("{current-context: x, contexts: [{name: x, context: {cluster: c, user: u}}], clusters: [{name: c, cluster: {server: \"http://a\"}}]}", "it has no user \"u\"")]
    public void A_file_that_cannot_be_used_is_refused_with_the_reason(string text, string problem)
    {
        string message = Assert.Throws<ComponentException>(() => Load(text)).Message;
        Assert.Contains(problem, message, StringComparison.Ordinal);
        Assert.Contains(ConfigPath, message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_file_that_is_not_there_is_named() =>
        Assert.Contains(ConfigPath, Assert.Throws<ComponentException>(() => Kubeconfig.Load(ConfigPath)).Message, StringComparison.Ordinal);

    [Fact]
    public async Task The_fake_servers_own_kubeconfig_leads_to_it()
    {
        await using FakeApiServer server = await FakeApiServer.StartAsync();
        server.RequiredToken = "t0ken";
        server.WriteKubeconfig(ConfigPath);
        server.Put("v1/pods", """{"metadata":{"name":"a","namespace":"shop"}}""");
        using var context = new TestComponentContext();
        await using KubernetesAccess access = KubernetesAccess.Open(context, new KubernetesClientOptions { KubeconfigFile = ConfigPath });
        await using SharedLease<IResourceWatch<AnyObject>> watch = access.Watch(AnyObject.Pods, new WatchScope());
        await watch.Resource.FirstList.WaitAsync(TimeSpan.FromSeconds(30));
        Assert.Single(watch.Resource.Objects);
    }

    private ClusterAddress Load(string text)
    {
        File.WriteAllText(ConfigPath, text);
        return Kubeconfig.Load(ConfigPath);
    }
}
