using Agent.Sdk.Patterns;

namespace Agent.Components.Prometheus.ExporterBlackbox.Modules;

/// <summary>Reads one module. The parts of all probers are read, whichever the module uses, so that each is checked.</summary>
internal static class ModuleReader
{
    private const string Plain = "config.plain";

    public static ProbeModule? Read(YamlFields fields)
    {
        string prober = fields.Text("prober");
        ProbeKind? kind = prober switch
        {
            "http" => ProbeKind.Http,
            "tcp" => ProbeKind.Tcp,
            "icmp" => ProbeKind.Icmp,
            "dns" => ProbeKind.Dns,
            "grpc" => ProbeKind.Grpc,
            "unix" => ProbeKind.Unix,
            _ => null,
        };
        var module = new ProbeModule("", kind ?? ProbeKind.Http)
        {
            Timeout = fields.Duration("timeout"),
            Http = fields.Object("http", Plain, HttpModuleReader.Read) ?? new(),
            Tcp = fields.Object("tcp", Plain, ReadTcp) ?? new(),
            Unix = fields.Object("unix", Plain, ReadUnix) ?? new(),
            Icmp = fields.Object("icmp", Plain, ReadIcmp) ?? new(),
            Dns = fields.Object("dns", Plain, DnsModuleReader.Read) ?? new(),
            Grpc = fields.Object("grpc", Plain, ReadGrpc) ?? new(),
        };
        if (kind is null)
        {
            fields.Problem($"prober '{prober}' is not valid", "prober");
            return null;
        }
        return module;
    }

    public static AddressOptions ReadAddress(YamlFields fields)
    {
        // Any other word means IPv4, and none means IPv6, as upstream has it.
        string protocol = fields.Text("preferred_ip_protocol");
        return new AddressOptions(protocol is not ("ip6" or ""), fields.Bool("ip_protocol_fallback", true));
    }

    private static StreamProbeOptions ReadTcp(YamlFields fields) => ReadUnix(fields) with
    {
        Address = ReadAddress(fields),
        SourceAddress = fields.Text("source_ip_address"),
    };

    private static StreamProbeOptions ReadUnix(YamlFields fields) => new()
    {
        QueryResponse = fields.Items("query_response", "[]config.QueryResponse", node => fields.Read(node, Plain, ReadStep)),
        Tls = fields.Bool("tls"),
        TlsConfig = ClientReader.ReadTls(fields, "tls_config"),
    };

    private static QueryStep ReadStep(YamlFields fields)
    {
        Pattern? expect = fields.Take("expect") is { } text ? fields.PatternOf(text) : null;
        var step = new QueryStep
        {
            Expect = expect,
            ExpectBytes = fields.Bytes("expect_bytes"),
            Labels = fields.Items("labels", "[]config.Label", node => fields.Read(node, "config.Label", ReadLabel)),
            Send = fields.Bytes("send"),
            StartTls = fields.Bool("starttls"),
        };
        if (step.Expect is not null && step.ExpectBytes.Length > 0)
        {
            fields.Problem("expect and expect_bytes are mutually exclusive", "expect_bytes");
        }
        return step;
    }

    private static KeyValuePair<string, string> ReadLabel(YamlFields fields)
    {
        string name = fields.Text("name");
        if (name.Length == 0 || char.IsAsciiDigit(name[0]) || name.Any(static letter => letter != '_' && !char.IsAsciiLetterOrDigit(letter)))
        {
            // Upstream would crash on it at the first probe.
            fields.Problem($"'{name}' is no label name", "name");
        }
        return new KeyValuePair<string, string>(name, fields.Text("value"));
    }

    private static IcmpProbeOptions ReadIcmp(YamlFields fields)
    {
        var options = new IcmpProbeOptions
        {
            Address = ReadAddress(fields),
            SourceAddress = fields.Text("source_ip_address"),
            PayloadSize = fields.Int("payload_size"),
            DontFragment = fields.Bool("dont_fragment"),
            Ttl = fields.Int("ttl", IcmpProbeOptions.DefaultTtl),
        };
        if (options.Ttl is < 0 or > byte.MaxValue)
        {
            fields.Problem(options.Ttl < 0 ? "\"ttl\" cannot be negative" : "\"ttl\" cannot exceed 255", "ttl");
        }
        if (options.PayloadSize is < 0 or > ushort.MaxValue)
        {
            fields.Problem("\"payload_size\" must lie between 0 and 65535", "payload_size");
        }
        return options;
    }

    private static GrpcProbeOptions ReadGrpc(YamlFields fields) => new()
    {
        Address = ReadAddress(fields),
        Service = fields.Text("service"),
        Tls = fields.Bool("tls"),
        TlsConfig = ClientReader.ReadTls(fields, "tls_config"),
        Metadata =
        [
            .. fields.Entries("metadata", "metadata.MD", node => node)
                .SelectMany(entry => (entry.Value.Items ?? [entry.Value])
                    .Select(value => new KeyValuePair<string, string>(entry.Key, fields.TextOf(value)))),
        ],
    };
}
