using System.Security.Cryptography.X509Certificates;
using System.Text.Json;
using Agent.Components.Common.Kubernetes;
using Agent.Components.Tests.Common.Http;
using Agent.Kubernetes;
using Agent.Kubernetes.Json;
using Agent.Kubernetes.Objects;
using Agent.Sdk.Sharing;
using Agent.Testing;
using Agent.Testing.Kubernetes;

namespace Agent.Components.Tests.Common.Kubernetes;

/// <summary>An object of which only the metadata is read.</summary>
internal sealed record AnyObject(ObjectMeta Metadata) : IKubernetesObject
{
    public static ResourceKind<AnyObject> Pods { get; } = new("v1", "pods", true, Read);

    private static AnyObject? Read(ref Utf8JsonReader json)
    {
        ObjectMeta? metadata = null;
        while (JsonFields.Next(ref json))
        {
            if (json.ValueTextEquals("metadata"u8))
            {
                metadata = ObjectMetaReader.Read(ref json);
            }
            else
            {
                JsonFields.Skip(ref json);
            }
        }
        return metadata is null ? null : new AnyObject(metadata);
    }
}

/// <summary>A fake API server behind TLS, and the folder that a pod of its cluster would have.</summary>
internal sealed class AccessFixture : IAsyncDisposable
{
    private readonly TestAuthority _authority;
    private readonly X509Certificate2 _certificate;

    private AccessFixture(TestAuthority authority, X509Certificate2 certificate, FakeApiServer server) =>
        (_authority, _certificate, Server) = (authority, certificate, server);

    public FakeApiServer Server { get; }

    public string Folder { get; } = Directory.CreateTempSubdirectory("invar-test-").FullName;

    public SharedResources Shared { get; } = new();

    public ClusterSurroundings Surroundings => new("127.0.0.1", $"{Server.Url.Port}", Folder);

    public static async Task<AccessFixture> StartAsync()
    {
        var authority = new TestAuthority();
        TestCertificate pem = authority.Sign("kubernetes.default");
        X509Certificate2 certificate = X509Certificate2.CreateFromPem(pem.Cert, pem.Key);
        var fixture = new AccessFixture(authority, certificate, await FakeApiServer.StartAsync(certificate: certificate));
        File.WriteAllText(fixture.PathOf("ca.crt"), authority.Pem);
        File.WriteAllText(fixture.PathOf("namespace"), "monitoring\n");
        fixture.SetToken("first");
        fixture.Server.RequiredToken = "first";
        return fixture;
    }

    public string PathOf(string name) => Path.Combine(Folder, name);

    public void SetToken(string token) => File.WriteAllText(PathOf("token"), token + "\n");

    public TestComponentContext Context(string id, TimeProvider? time = null) => new(id, time) { SharedWith = Shared };

    public void Put(string name) => Server.Put("v1/pods", $$$"""{"metadata":{"name":"{{{name}}}","namespace":"shop"}}""");

    public async ValueTask DisposeAsync()
    {
        await Server.DisposeAsync();
        _certificate.Dispose();
        _authority.Dispose();
        Directory.Delete(Folder, recursive: true);
    }
}
