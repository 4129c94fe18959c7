using Agent.Sdk;
using Agent.Sdk.Patterns;

namespace Agent.Components.Prometheus.ExporterBlackbox.Modules;

/// <summary>Reads the <c>http</c> part of a module.</summary>
internal static class HttpModuleReader
{
    public static HttpProbeOptions Read(YamlFields fields)
    {
        ProbeClientOptions client = ClientReader.ReadClient(fields);
        if (fields.Take("no_follow_redirects") is not null)
        {
            client = client with { Http = client.Http with { FollowRedirects = !fields.Bool("no_follow_redirects") } };
        }
        var options = new HttpProbeOptions
        {
            Method = fields.Text("method", "GET") is { Length: > 0 } method ? method : "GET",
            Headers = fields.Entries("headers", "map[string]string", fields.TextOf),
            Body = fields.Text("body"),
            BodyFile = fields.Text("body_file"),
            ValidStatusCodes = fields.Ints("valid_status_codes"),
            ValidHttpVersions = fields.Texts("valid_http_versions"),
            FailIfSsl = fields.Bool("fail_if_ssl"),
            FailIfNotSsl = fields.Bool("fail_if_not_ssl"),
            FailIfBodyMatches = fields.Patterns("fail_if_body_matches_regexp"),
            FailIfBodyNotMatches = fields.Patterns("fail_if_body_not_matches_regexp"),
            FailIfHeaderMatches = ReadHeaderMatches(fields, "fail_if_header_matches"),
            FailIfHeaderNotMatches = ReadHeaderMatches(fields, "fail_if_header_not_matches"),
            Compression = fields.Text("compression"),
            BodySizeLimit = ReadSize(fields),
            Address = ModuleReader.ReadAddress(fields),
            SkipResolveWithProxy = fields.Bool("skip_resolve_phase_with_proxy"),
            Client = client,
        };
        Check(options, fields);
        return options;
    }

    private static void Check(HttpProbeOptions options, YamlFields fields)
    {
        if (options.Body.Length > 0 && options.BodyFile.Length > 0)
        {
            fields.Problem("setting body and body_file both are not allowed", "body_file");
        }
        foreach ((string name, string value) in options.Headers)
        {
            if (name.Equals("Accept-Encoding", StringComparison.OrdinalIgnoreCase) && !AcceptedEncoding.Covers(value, options.Compression))
            {
                fields.Problem($"invalid configuration \"{name}: {value}\", \"compression: {options.Compression}\"", "headers");
            }
        }
        if (options.ValidHttpVersions.Contains("HTTP/3.0") && !fields.Has("enable_http3"))
        {
            fields.Problem("HTTP/3 cannot be used as a valid HTTP version when enable_http3 is false", "valid_http_versions");
        }
        if (fields.Bool("enable_http3"))
        {
            fields.Problem("cannot use enable_http3: probes speak HTTP/1.1 and HTTP/2 only", "enable_http3");
        }
        foreach (string name in (ReadOnlySpan<string>)["fail_if_body_json_matches_cel", "fail_if_body_json_not_matches_cel"])
        {
            if (fields.Take(name) is not null)
            {
                fields.Problem($"cannot use {name}: CEL expressions are not evaluated", name);
            }
        }
    }

    private static List<HeaderMatch> ReadHeaderMatches(YamlFields fields, string name) =>
        [.. fields.Items(name, "[]config.HeaderMatch", node => fields.Read(node, "config.plain", ReadHeaderMatch)).OfType<HeaderMatch>()];

    private static HeaderMatch? ReadHeaderMatch(YamlFields fields)
    {
        string header = fields.Text("header");
        Pattern? regexp = fields.Take("regexp") is { } text ? fields.PatternOf(text) : null;
        bool allowMissing = fields.Bool("allow_missing");
        if (header.Length == 0)
        {
            fields.Problem("header name must be set for HTTP header matchers");
        }
        if (regexp is null or { Text.Length: 0 })
        {
            fields.Problem("regexp must be set for HTTP header matchers");
            return null;
        }
        return new HeaderMatch(header, regexp, allowMissing);
    }

    private static long ReadSize(YamlFields fields)
    {
        if (fields.Text("body_size_limit", "0") is not { Length: > 0 } text)
        {
            return 0;
        }
        if (!ByteSize.TryParse(text, out ByteSize size, out string? error))
        {
            fields.Problem(error, "body_size_limit");
        }
        return size.Bytes < 0 ? long.MaxValue : size.Bytes;
    }
}
