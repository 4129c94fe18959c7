using System.Text.Json;
using Agent.Kubernetes.Json;

namespace Agent.Kubernetes.Objects;

public sealed record Ingress : IKubernetesObject
{
    public required ObjectMeta Metadata { get; init; }

    /// <summary>Empty where none is given.</summary>
    public string ClassName { get; init; } = "";

    public IReadOnlyList<IngressRule> Rules { get; init; } = [];

    /// <summary>Host names, wildcards among them, that are served over TLS.</summary>
    public IReadOnlyList<string> TlsHosts { get; init; } = [];

    public static Ingress? Read(ref Utf8JsonReader json)
    {
        var spec = default(Parts);
        ObjectMeta? metadata = ObjectParts.Read(ref json, ref spec);
        return metadata is null ? null : new Ingress
        {
            Metadata = metadata,
            ClassName = spec.ClassName ?? "",
            Rules = spec.Rules ?? [],
            TlsHosts = spec.TlsHosts ?? [],
        };
    }

    private struct Parts : IObjectParts
    {
        public string? ClassName;
        public IReadOnlyList<IngressRule>? Rules;
        public IReadOnlyList<string>? TlsHosts;

        public bool ReadSpec(ref Utf8JsonReader json)
        {
            if (json.ValueTextEquals("ingressClassName"u8))
            {
                ClassName = JsonFields.Name(ref json);
            }
            else if (json.ValueTextEquals("rules"u8))
            {
                Rules = Items.Read(ref json, IngressRule.Read);
            }
            else if (json.ValueTextEquals("tls"u8))
            {
                TlsHosts = [.. Items.Read(ref json, ReadHosts).SelectMany(static hosts => hosts)];
            }
            else
            {
                return false;
            }
            return true;
        }

        public readonly bool ReadStatus(ref Utf8JsonReader json) => false;

        private static IReadOnlyList<string> ReadHosts(ref Utf8JsonReader json)
        {
            IReadOnlyList<string> hosts = [];
            while (JsonFields.Next(ref json))
            {
                if (json.ValueTextEquals("hosts"u8))
                {
                    hosts = Items.Names(ref json);
                }
                else
                {
                    JsonFields.Skip(ref json);
                }
            }
            return hosts;
        }
    }
}

/// <summary>One host of an ingress.</summary>
/// <param name="Paths">Null where the rule says nothing of HTTP: every path is meant.</param>
public sealed record IngressRule(string Host, IReadOnlyList<string>? Paths)
{
    internal static IngressRule Read(ref Utf8JsonReader json)
    {
        string host = "";
        IReadOnlyList<string>? paths = null;
        while (JsonFields.Next(ref json))
        {
            if (json.ValueTextEquals("host"u8))
            {
                host = JsonFields.Text(ref json) ?? "";
            }
            else if (json.ValueTextEquals("http"u8))
            {
                paths = ReadHttp(ref json);
            }
            else
            {
                JsonFields.Skip(ref json);
            }
        }
        return new IngressRule(host, paths);
    }

    private static IReadOnlyList<string>? ReadHttp(ref Utf8JsonReader json)
    {
        if (!JsonFields.EnterObject(ref json))
        {
            return null;
        }
        IReadOnlyList<string> paths = [];
        while (JsonFields.Next(ref json))
        {
            if (json.ValueTextEquals("paths"u8))
            {
                paths = Items.Read(ref json, ReadPath);
            }
            else
            {
                JsonFields.Skip(ref json);
            }
        }
        return paths;
    }

    private static string ReadPath(ref Utf8JsonReader json)
    {
        string path = "";
        while (JsonFields.Next(ref json))
        {
            if (json.ValueTextEquals("path"u8))
            {
                path = JsonFields.Name(ref json) ?? "";
            }
            else
            {
                JsonFields.Skip(ref json);
            }
        }
        return path;
    }
}
